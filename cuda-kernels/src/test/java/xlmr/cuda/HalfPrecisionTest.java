package xlmr.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import xlmr.autograd.Gradients;
import xlmr.autograd.Ops;
import xlmr.autograd.Parameter;
import xlmr.autograd.Tape;
import xlmr.autograd.Workspace;
import xlmr.backend.AdamWStep;
import xlmr.backend.Backend;
import xlmr.backend.CrossEntropy;
import xlmr.backend.Precision;
import xlmr.backend.cpu.ScalarBackend;
import xlmr.data.EncodedExamples;
import xlmr.model.ModelLoader;
import xlmr.model.Targets;
import xlmr.model.TaskModel;
import xlmr.tensor.HostStorage;
import xlmr.tensor.Shape;
import xlmr.tensor.Tensor;
import xlmr.tensor.TokenBatch;

/// Matrix products of operands in 16 bits: what they come to, which copies are made when, and how
/// far a model is from the exact one.
class HalfPrecisionTest {
    private static final FakeCuda CUDA = FakeCuda.install();
    private static final Path TRAINING =
            Path.of(System.getProperty("xlmr.repository", ".."))
                    .toAbsolutePath()
                    .resolve("tests/golden/training");

    private final FakeGpu gpu = CUDA.gpu();

    @AfterEach
    void nothingWentWrong() {
        System.clearProperty(Precision.PROPERTY);
        assertThat(CUDA.takeFault()).isNull();
        assertThat(CUDA.leaks()).isEmpty();
    }

    private static Backend open(String precision) {
        System.setProperty(Precision.PROPERTY, precision);
        return CUDA.open();
    }

    @ParameterizedTest
    @ValueSource(strings = {"bf16", "fp16"})
    void productsAreThoseOfTheRoundedOperandsSummedUpExactly(String precision) {
        float[] x = values(1, 6 * 40); // [N, in]
        float[] w = values(2, 5 * 40); // [out, in]
        float[] dy = values(3, 6 * 5); // [N, out]
        try (Backend backend = open(precision)) {
            Tensor input = tensor(backend, x, 6, 40);
            Tensor weight = tensor(backend, w, 5, 40);
            Tensor dOutput = tensor(backend, dy, 6, 5);
            Tensor output = backend.allocate(Shape.of(6, 5)); // [N, out]
            backend.linear(input, weight, null, output);
            Tensor dInput = tensor(backend, new float[6 * 40], 6, 40);
            backend.linearInputGradient(dOutput, weight, dInput);
            Tensor dWeight = tensor(backend, new float[5 * 40], 5, 40);
            backend.linearWeightGradient(dOutput, input, dWeight);
            float[] found = output.toArray();
            float[] left = dInput.toArray();
            float[] right = dWeight.toArray();
            for (int n = 0; n < 6; n++) {
                for (int o = 0; o < 5; o++) {
                    double sum = 0;
                    for (int i = 0; i < 40; i++) {
                        sum +=
                                rounded(precision, x[n * 40 + i])
                                        * rounded(precision, w[o * 40 + i]);
                    }
                    assertThat(found[n * 5 + o]).isEqualTo((float) sum);
                }
            }
            double first = 0;
            for (int o = 0; o < 5; o++) {
                first += rounded(precision, dy[o]) * rounded(precision, w[o * 40]);
            }
            assertThat(left[0]).isEqualTo((float) first);
            first = 0;
            for (int n = 0; n < 6; n++) {
                first += rounded(precision, dy[n * 5]) * rounded(precision, x[n * 40]);
            }
            assertThat(right[0]).isEqualTo((float) first);
        }
    }

    private static double rounded(String precision, float value) {
        if (precision.equals("fp16")) {
            return Float.float16ToFloat(Float.floatToFloat16(value));
        }
        int bits = Float.floatToRawIntBits(value);
        return Float.intBitsToFloat(bits + 0x7FFF + (bits >>> 16 & 1) & 0xFFFF0000);
    }

    @Test
    void aWeightIsRoundedOnceAndAnInputOnceForAllMapsThatReadIt() {
        try (Backend backend = open("bf16")) {
            Tensor input = tensor(backend, values(1, 8), 2, 4);
            List<Tensor> weights = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                weights.add(tensor(backend, values(5 + i, 12), 3, 4));
            }
            Tensor output = backend.allocate(Shape.of(2, 3)); // [N, out]
            int before = gpu.launches;
            weights.forEach(weight -> backend.linear(input, weight, null, output));
            assertThat(gpu.launches - before).as("three weights, one input").isEqualTo(4);
            before = gpu.launches;
            weights.forEach(weight -> backend.linear(input, weight, null, output));
            assertThat(gpu.launches - before).as("nothing changed").isZero();
            backend.scale(input, 2);
            before = gpu.launches;
            weights.forEach(weight -> backend.linear(input, weight, null, output));
            assertThat(gpu.launches - before).as("the input changed").isEqualTo(1);
        }
    }

    @Test
    void aWeightThatTheOptimizerChangedIsRoundedAnew() {
        try (Backend backend = open("bf16")) {
            Tensor weight = new Tensor(Shape.of(1, 2), new HostStorage(new float[] {1, 2}));
            Tensor input = tensor(backend, new float[] {1, 1}, 1, 2);
            Tensor output = backend.allocate(Shape.of(1, 1)); // [N, out]
            backend.linear(input, weight, null, output);
            assertThat(output.item()).isEqualTo(3);
            Tensor gradient = tensor(backend, new float[] {1, -1}, 1, 2);
            Tensor first = tensor(backend, new float[2], 1, 2);
            Tensor second = tensor(backend, new float[2], 1, 2);
            backend.adamW(
                    weight, gradient, 1, first, second, new AdamWStep(0.5, 0.9, 0.999, 0, 0, 1));
            backend.linear(input, weight, null, output);
            assertThat(weight.toArray()[0]).isBetween(0.4999f, 0.5001f);
            assertThat(output.item()).isEqualTo(3);
            backend.write(new float[] {4, 5}, weight);
            backend.linear(input, weight, null, output);
            assertThat(output.item()).isEqualTo(9);
        }
    }

    @Test
    void aRecordedPassReadsWeightsAsTheyAreNow() {
        TaskModel model =
                ModelLoader.sequenceClassifier(TRAINING.resolve("start"), null, ModelLoader.ALL, 0)
                        .model();
        TokenBatch tokens = TokenBatch.of(List.of(new int[] {0, 5, 9, 7, 2}), 1);
        try (Backend backend = open("bf16")) {
            Workspace workspace = new Workspace(backend);
            for (int i = 0; i < 3; i++) {
                logits(backend, workspace, model, tokens);
            }
            int launched = gpu.graphs.launched;
            float[] before = logits(backend, workspace, model, tokens);
            assertThat(gpu.graphs.launched).as("replayed").isEqualTo(launched + 1);
            for (Parameter parameter : model.parameters()) {
                if (parameter.name().endsWith("output.dense.weight")) {
                    backend.scale(parameter.value(), -1.5f);
                }
            }
            float[] replayed = logits(backend, workspace, model, tokens);
            assertThat(gpu.graphs.launched).as("replayed").isEqualTo(launched + 2);
            assertThat(replayed).isNotEqualTo(before);
            System.setProperty(CudaGraphs.PROPERTY, "false");
            float[] plain = launchedAnew(model, tokens);
            assertThat(replayed).isEqualTo(plain);
        } finally {
            System.clearProperty(CudaGraphs.PROPERTY);
        }
    }

    /// The same weights in another backend, whose passes are not recorded.
    private static float[] launchedAnew(TaskModel changed, TokenBatch tokens) {
        TaskModel model =
                ModelLoader.sequenceClassifier(TRAINING.resolve("start"), null, ModelLoader.ALL, 0)
                        .model();
        try (Backend backend = CUDA.open()) {
            for (int i = 0; i < model.parameters().size(); i++) {
                Parameter to = model.parameters().get(i);
                if (to.value().storage() instanceof HostStorage) {
                    backend.write(changed.parameters().get(i).value().toArray(), to.value());
                }
            }
            return logits(backend, new Workspace(backend), model, tokens);
        }
    }

    private static float[] logits(
            Backend backend, Workspace workspace, TaskModel model, TokenBatch tokens) {
        float[] values =
                model.forward(Ops.inference(backend, workspace), tokens).toArray(); // [B, K]
        workspace.reset();
        return values;
    }

    /// PyTorch's errors are in `half_error.txt`, made by `half_error.py`.
    @ParameterizedTest
    @ValueSource(strings = {"bf16", "fp16"})
    void logitsAndGradientsAreAtMostTwiceAsFarOffAsPyTorchs(String precision) throws IOException {
        double[] allowed = allowed(precision);
        float[][] exact;
        try (Backend processor = new ScalarBackend()) {
            exact = logitsAndGradients(processor);
        }
        float[][] found;
        try (Backend cuda = open(precision)) {
            found = logitsAndGradients(cuda);
        }
        double largest = 0;
        double worst = 0;
        for (int i = 0; i < exact[0].length; i++) {
            largest = Math.max(largest, Math.abs(exact[0][i]));
            worst = Math.max(worst, Math.abs(exact[0][i] - found[0][i]));
        }
        assertThat(worst / largest).as("logits").isBetween(1e-6, 2 * allowed[0]);
        double error = 0;
        double norm = 0;
        for (int i = 0; i < exact[1].length; i++) {
            error += Math.pow(exact[1][i] - (double) found[1][i], 2);
            norm += Math.pow(exact[1][i], 2);
        }
        assertThat(Math.sqrt(error / norm)).as("gradients").isBetween(1e-6, 2 * allowed[1]);
    }

    /// Of the first examples of the training, with the loss scaled.
    private static float[][] logitsAndGradients(Backend backend) {
        TaskModel model =
                ModelLoader.sequenceClassifier(TRAINING.resolve("start"), null, ModelLoader.ALL, 0)
                        .model();
        EncodedExamples examples = TrainingOnCudaTest.examples();
        int[] rows = IntStream.range(0, 8).toArray();
        int[] classes = ((Targets.Classes) examples.targets(rows)).labels();
        Parameter words = model.encoder().embeddings().word();
        List<Parameter> matrices =
                model.parameters().stream().filter(parameter -> parameter != words).toList();
        Gradients gradients = new Gradients(backend, matrices, Set.of());
        Workspace workspace = new Workspace(backend);
        Tape tape = new Tape(backend, workspace, gradients);
        Ops ops = Ops.recording(backend, workspace, tape);
        Tensor logits = model.forward(ops, examples.batch(rows, 1)); // [B, K]
        float[] values = logits.toArray();
        float scale = 0x1p12f;
        tape.backward(ops.crossEntropy(logits, CrossEntropy.of(classes)), scale);
        int size = matrices.stream().mapToInt(p -> p.shape().elements()).sum();
        float[] all = new float[size];
        int at = 0;
        for (Parameter parameter : matrices) {
            float[] gradient =
                    Objects.requireNonNull(gradients.dense(parameter)).toArray(); // [as it]
            for (float value : gradient) {
                all[at++] = value / scale;
            }
        }
        return new float[][] {values, all};
    }

    private static double[] allowed(String precision) throws IOException {
        try (InputStream in = HalfPrecisionTest.class.getResourceAsStream("half_error.txt")) {
            String text =
                    new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
            return text.lines()
                    .filter(line -> line.startsWith(precision))
                    .map(line -> line.split(" ", -1))
                    .map(
                            fields ->
                                    new double[] {
                                        Double.parseDouble(fields[1]), Double.parseDouble(fields[2])
                                    })
                    .findFirst()
                    .orElseThrow();
        }
    }

    private static float[] values(int seed, int count) {
        Random random = new Random(seed);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    private static Tensor tensor(Backend backend, float[] values, int... sizes) {
        Tensor tensor = backend.allocate(Shape.of(sizes)); // [as asked]
        backend.write(values, tensor);
        return tensor;
    }
}
