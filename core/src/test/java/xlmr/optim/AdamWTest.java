package xlmr.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import xlmr.autograd.EmbeddingRows;
import xlmr.autograd.Gradients;
import xlmr.autograd.Ops;
import xlmr.autograd.Parameter;
import xlmr.autograd.Tape;
import xlmr.autograd.Workspace;
import xlmr.backend.Backend;
import xlmr.backend.cpu.CpuBackends;
import xlmr.checkpoint.Checkpoint;
import xlmr.tensor.Shape;
import xlmr.tensor.Tensor;

class AdamWTest {
    private static final int ROWS = 12;
    private static final int COLUMNS = 5;

    static Stream<Backend> backends() {
        return CpuBackends.vectorObstacle().isPresent()
                ? Stream.of(CpuBackends.scalar())
                : Stream.of(CpuBackends.scalar(), CpuBackends.vector(2));
    }

    @ParameterizedTest
    @MethodSource("backends")
    void fiveStepsAreThoseOfTorch(Backend backend) throws URISyntaxException {
        Checkpoint fixture = fixture();
        float[] gradients = fixture.tensor("optimizer.grads").toArray(); // [5, 3, 4]
        double[] expected = fixture.doubles("optimizer.adamw"); // [5, 3, 4]
        Parameter weight = new Parameter("weight", copy(fixture.tensor("optimizer.p0")));
        Gradients places = new Gradients(backend, List.of(weight), List.of());
        AdamW optimizer = new AdamW(backend, AdamWSettings.withWeightDecay(0.1), places);
        for (int step = 0; step < 5; step++) {
            Tensor gradient = Objects.requireNonNull(places.dense(weight));
            backend.write(Arrays.copyOfRange(gradients, step * 12, step * 12 + 12), gradient);
            optimizer.step(places, 0.01, 1);
            float[] found = weight.value().toArray();
            for (int i = 0; i < 12; i++) {
                assertThat((double) found[i])
                        .as("step %d, element %d", step, i)
                        .isCloseTo(expected[step * 12 + i], within(1e-6));
            }
        }
    }

    @Test
    void clippingIsThatOfTorch() throws URISyntaxException {
        Checkpoint fixture = fixture();
        Backend backend = CpuBackends.scalar();
        Parameter first = new Parameter("a", copy(fixture.tensor("clip.before.0")));
        Parameter second = new Parameter("b", copy(fixture.tensor("clip.before.1")));
        Gradients gradients = new Gradients(backend, List.of(first, second), List.of());
        gradients
                .allDense()
                .forEach((parameter, place) -> backend.write(parameter.value().toArray(), place));
        double norm = GradientClipping.norm(backend, gradients);
        assertThat(norm).isCloseTo(fixture.doubles("clip.norm")[0], within(1e-5));
        float factor = GradientClipping.factor(norm, 1);
        double[] expected = fixture.doubles("clip.after.0");
        float[] before = first.value().toArray();
        for (int i = 0; i < before.length; i++) {
            assertThat((double) before[i] * factor).isCloseTo(expected[i], within(1e-6));
        }
        assertThat(GradientClipping.factor(0.5, 1)).isEqualTo(1);
        assertThat(GradientClipping.factor(50, 0)).as("switched off").isEqualTo(1);
    }

    @Test
    void schedulesAreThoseOfTransformers() throws URISyntaxException {
        Checkpoint fixture = fixture();
        assertSchedule(
                new LearningRateSchedule.Linear(1, 5, 20), fixture.doubles("schedule.linear_5_20"));
        assertSchedule(
                new LearningRateSchedule.Linear(1, 0, 20), fixture.doubles("schedule.linear_0_20"));
        assertSchedule(
                new LearningRateSchedule.Cosine(1, 5, 20), fixture.doubles("schedule.cosine_5_20"));
        assertSchedule(
                new LearningRateSchedule.Constant(1, 5), fixture.doubles("schedule.constant_5"));
        assertSchedule(
                new LearningRateSchedule.Polynomial(1, 5, 20, 2, 0.1),
                fixture.doubles("schedule.polynomial_5_20_p2_end0.1"));
    }

    @Test
    void biasesAndLayerNormDoNotDecay() {
        AdamWSettings settings = AdamWSettings.withWeightDecay(0.01);
        assertThat(settings.decays("roberta.encoder.layer.0.output.dense.weight")).isTrue();
        assertThat(settings.decays("roberta.embeddings.word_embeddings.weight")).isTrue();
        assertThat(settings.decays("roberta.encoder.layer.0.output.dense.bias")).isFalse();
        assertThat(settings.decays("roberta.encoder.layer.0.output.LayerNorm.weight")).isFalse();
    }

    /// A table whose rows are made up for when they are needed ends with the bits of one whose
    /// every row is updated at every step.
    @Test
    void rowsLeftAloneMakeUpTheirStepsToTheBit() {
        Backend backend = CpuBackends.scalar();
        Table lazy = new Table(backend);
        Table eager = new Table(backend);
        SplittableRandom random = new SplittableRandom(7);
        int[] all = new int[ROWS];
        Arrays.setAll(all, i -> i);
        for (int step = 0; step < 40; step++) {
            int[] touched =
                    random.ints(3, 0, ROWS - 2).toArray(); // the last rows are never touched
            lazy.step(touched, step);
            eager.step(touched, step);
            eager.optimizer.prepare(eager.parameter, all);
        }
        float[] read = new float[ROWS * COLUMNS];
        lazy.optimizer.readRows(lazy.parameter, 0, ROWS, read);
        assertThat(read).isEqualTo(eager.parameter.value().toArray());
        lazy.optimizer.prepareAll();
        assertThat(lazy.parameter.value().toArray()).isEqualTo(read);
        assertThat(read).isNotEqualTo(Table.start());
    }

    /// And what dense AdamW makes of it is the same, up to rounding.
    @ParameterizedTest
    @MethodSource("backends")
    void rowsEndWhereDenseAdamWPutsThem(Backend backend) {
        Table byRow = new Table(backend);
        Parameter dense = new Parameter("table", Tensor.of(Shape.of(ROWS, COLUMNS), Table.start()));
        Gradients places = new Gradients(backend, List.of(dense), List.of());
        AdamW optimizer = new AdamW(backend, AdamWSettings.withWeightDecay(0.1), places);
        SplittableRandom random = new SplittableRandom(11);
        for (int step = 0; step < 40; step++) {
            int[] touched = random.ints(4, 0, ROWS - 2).toArray();
            byRow.step(touched, step);
            Table.backward(backend, places, dense, touched, step);
            optimizer.step(places, Table.rate(step), 0.5f);
            places.clear();
        }
        byRow.optimizer.prepareAll();
        float[] found = byRow.parameter.value().toArray();
        float[] expected = dense.value().toArray();
        for (int i = 0; i < found.length; i++) {
            assertThat(found[i]).as("element %d", i).isCloseTo(expected[i], within(2e-6f));
        }
    }

    private static final class Table {
        private final Backend backend;
        final Parameter parameter =
                new Parameter("table", Tensor.of(Shape.of(ROWS, COLUMNS), start()));
        final Gradients gradients;
        final AdamW optimizer;

        Table(Backend backend) {
            this.backend = backend;
            gradients = new Gradients(backend, List.of(), List.of(parameter));
            optimizer = new AdamW(backend, AdamWSettings.withWeightDecay(0.1), gradients);
        }

        static float[] start() {
            SplittableRandom random = new SplittableRandom(3);
            float[] values = new float[ROWS * COLUMNS];
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) random.nextGaussian();
            }
            return values;
        }

        static double rate(int step) {
            return 0.02 * (1 + step % 5);
        }

        void step(int[] rows, int step) {
            optimizer.prepare(parameter, rows);
            backward(backend, gradients, parameter, rows, step);
            optimizer.step(gradients, rate(step), 0.5f);
            gradients.clear();
        }

        /// Gradients of a weighted sum of the rows: different in every step.
        static void backward(
                Backend backend, Gradients gradients, Parameter table, int[] rows, int step) {
            Workspace workspace = new Workspace(backend);
            Tape tape = new Tape(backend, workspace, gradients);
            Ops ops = Ops.recording(backend, workspace, tape);
            Tensor sum = ops.embeddingSum(List.of(new EmbeddingRows(table, rows, -1))); // [N, C]
            float[] weights = new float[rows.length * COLUMNS];
            for (int i = 0; i < weights.length; i++) {
                weights[i] = (float) Math.sin(i + step * 1.7);
            }
            tape.seed(sum, ops.constant(sum.shape(), weights));
            tape.backward();
        }
    }

    private static void assertSchedule(LearningRateSchedule schedule, double[] expected) {
        List<Double> found = new ArrayList<>();
        for (int step = 0; step < expected.length; step++) {
            found.add(schedule.at(step));
            assertThat(found.getLast())
                    .as("step %d", step)
                    .isCloseTo(expected[step], within(1e-12));
        }
    }

    private static Tensor copy(Tensor tensor) {
        return Tensor.of(tensor.shape(), tensor.toArray());
    }

    private static Checkpoint fixture() throws URISyntaxException {
        return Checkpoint.open(
                Path.of(
                        Objects.requireNonNull(
                                        AdamWTest.class.getResource(
                                                "/xlmr/backend/ops.safetensors"))
                                .toURI()));
    }
}
