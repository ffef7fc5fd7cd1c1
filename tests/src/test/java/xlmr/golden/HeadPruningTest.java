package xlmr.golden;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import xlmr.autograd.Ops;
import xlmr.autograd.Parameter;
import xlmr.autograd.Workspace;
import xlmr.backend.Backend;
import xlmr.backend.cpu.CpuBackends;
import xlmr.checkpoint.Checkpoint;
import xlmr.checkpoint.CheckpointException;
import xlmr.data.EncodedExamples;
import xlmr.data.TrainingExamples;
import xlmr.model.ModelLoader;
import xlmr.model.PrunedHeads;
import xlmr.model.Targets;
import xlmr.model.TaskModel;
import xlmr.model.XlmRobertaConfig;
import xlmr.pipeline.HeadPruning;
import xlmr.tensor.Tensor;
import xlmr.tensor.TokenBatch;
import xlmr.train.HeadImportance;

/// Attention heads: how important they are, and models that lost some.
class HeadPruningTest {
    private static final String MODEL = "models/sequence_classification";
    private static final float STEP = 1f / 16;

    @TempDir private Path directory;

    static Stream<Backend> backends() {
        return Fixtures.backends().stream();
    }

    /// The heads that go in the fixture, taken out here: the very arrays that `prune_heads` of
    /// transformers 4 left.
    @Test
    void whatIsLeftIsWhatTheReferenceLeaves() {
        new HeadPruning(PrunedHeads.parse("0:1,2:0+3")).run(Fixtures.path(MODEL), directory);
        Checkpoint expected = Checkpoint.open(Fixtures.path("pruning/heads_checkpoint"));
        Checkpoint found = Checkpoint.open(directory);
        assertThat(found.names()).containsExactlyInAnyOrderElementsOf(expected.names());
        for (String name : expected.names()) {
            assertThat(found.info(name).shape()).as(name).isEqualTo(expected.info(name).shape());
            assertThat(found.tensor(name).toArray())
                    .as(name)
                    .containsExactly(expected.tensor(name).toArray());
        }
        assertThat(XlmRobertaConfig.read(directory).prunedHeads())
                .isEqualTo(
                        XlmRobertaConfig.read(Fixtures.path("pruning/heads_checkpoint"))
                                .prunedHeads());
    }

    @ParameterizedTest
    @MethodSource("backends")
    void aHeadThatIsGoneIsOneThatGivesNothing(Backend backend) {
        Path model = Fixtures.path(MODEL);
        PrunedHeads gone = PrunedHeads.parse("0:0+3,1:1,2:0+1+2");
        new HeadPruning(gone).run(model, directory);
        TaskModel whole = ModelLoader.task(model, ModelLoader.ALL).model();
        gone.byLayer()
                .forEach(
                        (layer, heads) ->
                                heads.forEach(head -> scale(backend, whole, layer, head, 0)));
        EncodedExamples examples = examples();
        float[] expected = logits(backend, whole, examples);
        TaskModel smaller = ModelLoader.task(directory, ModelLoader.FROZEN).model();
        float[] found = logits(backend, smaller, examples);
        double[] wanted = new double[expected.length];
        Arrays.setAll(wanted, i -> expected[i]);
        Fixtures.assertClose("logits", found, wanted, Fixtures.HIDDEN);
    }

    @Test
    void headsKeepTheirNumbersWhenOthersAreGone() {
        Path first = directory.resolve("first");
        Path second = directory.resolve("second");
        Path once = directory.resolve("once");
        for (Path made : List.of(first, second, once)) {
            assertThat(made.toFile().mkdir()).isTrue();
        }
        new HeadPruning(PrunedHeads.parse("0:0,2:1")).run(Fixtures.path(MODEL), first);
        new HeadPruning(PrunedHeads.parse("0:2,1:3,2:3")).run(first, second);
        new HeadPruning(PrunedHeads.parse("0:0+2,1:3,2:1+3")).run(Fixtures.path(MODEL), once);
        assertThat(second.resolve("model.safetensors"))
                .hasSameBinaryContentAs(once.resolve("model.safetensors"));
        assertThat(second.resolve("config.json"))
                .hasSameTextualContentAs(once.resolve("config.json"));
    }

    @Test
    void headsThatAreNotThereAreRefused() {
        assertThatThrownBy(() -> prune("0:1,3:0"))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("has no layer 3; expected 0 to 2");
        assertThatThrownBy(() -> prune("1:4"))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("layer 1 has no head 4; it has [0, 1, 2, 3]");
        assertThatThrownBy(() -> prune("1:0+1+2+3"))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("layer 1 would have no head left");
    }

    private void prune(String heads) {
        new HeadPruning(PrunedHeads.parse(heads)).run(Fixtures.path(MODEL), directory);
    }

    /// transformers 4 differentiates by a mask of its own; here by the weights behind it.
    @ParameterizedTest
    @MethodSource("backends")
    void theGradientOfAMaskIsThatOfTheReference(Backend backend) {
        Checkpoint expected = Checkpoint.open(Fixtures.path("pruning/expected.safetensors"));
        HeadImportance importance =
                HeadImportance.of(model(), asOne(examples(expected)), backend, done -> {});
        float[] found = new float[12];
        for (int i = 0; i < found.length; i++) {
            found[i] = (float) importance.layers().get(i / 4).gradients()[i % 4];
        }
        double[] wanted = expected.doubles("head_importance");
        Fixtures.assertClose("importance", found, wanted, Fixtures.gradientLimit(wanted));
    }

    /// Each example counts by itself, so that opposite signs do not cancel.
    @Test
    void importanceIsTheMeanOfWhatMovesTheLossOfEachExample() {
        Backend backend = CpuBackends.scalar();
        TaskModel model = ModelLoader.task(Fixtures.path(MODEL), ModelLoader.ALL).model();
        EncodedExamples examples = examples();
        HeadImportance importance = HeadImportance.of(model, examples, backend, done -> {});
        for (int layer = 0; layer < 3; layer++) {
            for (int head = 0; head < 4; head++) {
                double sum = 0;
                for (int row = 0; row < examples.size(); row++) {
                    sum += Math.abs(slope(backend, model, examples, row, layer, head));
                }
                assertThat(importance.layers().get(layer).gradients()[head])
                        .as("layer %d, head %d", layer, head)
                        .isCloseTo(sum / examples.size(), within(2e-4));
            }
        }
    }

    @Test
    void headsThatAreGoneHaveNoImportanceAndTheOthersKeepTheirNumbers() {
        new HeadPruning(PrunedHeads.parse("0:0+2")).run(Fixtures.path(MODEL), directory);
        TaskModel model = ModelLoader.task(directory, ModelLoader.FROZEN).model();
        HeadImportance importance =
                HeadImportance.of(model, examples(), CpuBackends.scalar(), done -> {});
        assertThat(importance.layers().getFirst().heads()).containsExactly(1, 3);
        assertThat(importance.layers().getFirst().gradients()).hasSize(2);
        PrunedHeads gone = importance.leastImportant(0.7);
        assertThat(gone.count()).isEqualTo(7);
        new HeadPruning(gone).run(directory, directory);
        assertThat(XlmRobertaConfig.read(directory).heads(1)).isEqualTo(1);
    }

    /// dLoss / dMask of one example, by differences of fourth order.
    private static double slope(
            Backend backend,
            TaskModel model,
            EncodedExamples examples,
            int row,
            int layer,
            int head) {
        double[] losses = new double[4];
        float[] masks = {1 - 2 * STEP, 1 - STEP, 1 + STEP, 1 + 2 * STEP};
        float[] original = output(model, layer).value().toArray();
        for (int i = 0; i < masks.length; i++) {
            scale(backend, model, layer, head, masks[i]);
            losses[i] = loss(backend, model, examples, row);
            backend.write(original, output(model, layer).value());
        }
        return (losses[0] - 8 * losses[1] + 8 * losses[2] - losses[3]) / (12 * STEP);
    }

    private static double loss(
            Backend backend, TaskModel model, EncodedExamples examples, int row) {
        Ops ops = Ops.inference(backend, new Workspace(backend));
        TrainingExamples.Labelled batch = examples.labelled(new int[] {row}, 0, 1);
        return batch.targets().loss(ops, model.forward(ops, batch.tokens())).item();
    }

    private static float[] logits(Backend backend, TaskModel model, EncodedExamples examples) {
        Ops ops = Ops.inference(backend, new Workspace(backend));
        return model.forward(ops, examples.batch(new int[] {0, 1, 2, 3}, 1)).toArray(); // [B, K]
    }

    /// Multiplies what a head of the model gives: the columns of the projection behind it.
    private static void scale(Backend backend, TaskModel model, int layer, int head, float factor) {
        Tensor weight = output(model, layer).value(); // [C, C]
        float[] values = weight.toArray();
        int columns = weight.size(1);
        for (int i = 0; i < values.length; i++) {
            values[i] *= i % columns / (columns / 4) == head ? factor : 1;
        }
        backend.write(values, weight);
    }

    private static Parameter output(TaskModel model, int layer) {
        return model.encoder().layers().get(layer).attentionOutput().weight();
    }

    private static TaskModel model() {
        return ModelLoader.task(Fixtures.path(MODEL), ModelLoader.FROZEN).model();
    }

    private static EncodedExamples examples() {
        return examples(Checkpoint.open(Fixtures.path(MODEL + "/fixture.safetensors")));
    }

    private static EncodedExamples examples(Checkpoint fixture) {
        long[] ids = fixture.integers("inputs.input_ids");
        long[] mask = fixture.integers("inputs.attention_mask");
        long[] labels = fixture.integers("inputs.labels");
        int columns = ids.length / labels.length;
        List<int[]> sequences = new ArrayList<>();
        for (int row = 0; row < labels.length; row++) {
            int begin = row * columns;
            int length = (int) Arrays.stream(mask, begin, begin + columns).sum();
            sequences.add(
                    Arrays.stream(ids, begin, begin + length).mapToInt(id -> (int) id).toArray());
        }
        return new EncodedExamples(
                sequences,
                new Targets.Classes(
                        Arrays.stream(labels).mapToInt(label -> (int) label).toArray()));
    }

    /// All examples as one, whose loss is their mean.
    private static TrainingExamples asOne(EncodedExamples examples) {
        int[] all = {0, 1, 2, 3};
        return new TrainingExamples() {
            @Override
            public int size() {
                return 1;
            }

            @Override
            public int[] lengths() {
                return new int[] {Arrays.stream(examples.lengths()).sum()};
            }

            @Override
            public Labelled labelled(int[] rows, long microBatch, int padId) {
                TokenBatch tokens = examples.batch(all, padId);
                return new Labelled(tokens, examples.targets(all));
            }
        };
    }
}
