package xlmr.golden;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import xlmr.autograd.Ops;
import xlmr.autograd.Workspace;
import xlmr.backend.Backend;
import xlmr.checkpoint.Checkpoint;
import xlmr.model.KeyValueCache;
import xlmr.model.LayerObserver;
import xlmr.model.ModelLoader;
import xlmr.model.TaskModel;
import xlmr.model.XlmRobertaConfig;
import xlmr.tensor.Tensor;

/// A causal model that reads a text in parts, with its keys and values kept, gives the reference's
/// logits of the whole text.
class KeyValueCacheTest {
    static List<Backend> backends() {
        return Fixtures.backends();
    }

    @ParameterizedTest
    @MethodSource("backends")
    void readingInPartsGivesTheLogitsOfTheWhole(Backend backend) {
        Path directory = Fixtures.path("models/causal_lm");
        Checkpoint fixture = Checkpoint.open(directory.resolve("fixture.safetensors"));
        TaskModel model = ModelLoader.task(directory, ModelLoader.FROZEN).model();
        long[] all = fixture.integers("inputs.input_ids");
        int length = (int) fixture.info("inputs.input_ids").shape()[1];
        int[] ids = Arrays.stream(all, 0, length).mapToInt(Math::toIntExact).toArray();
        double[] expected = fixture.doubles("outputs.logits");
        int vocabulary = model.config().vocabSize();
        KeyValueCache cache = new KeyValueCache(backend, model.config(), length);
        Workspace workspace = new Workspace(backend);
        int[] parts = {5, 1, 1, 7, 1, length - 15};
        int from = 0;
        for (int part : parts) {
            Ops ops = Ops.inference(backend, workspace);
            int[] next = Arrays.copyOfRange(ids, from, from + part);
            Tensor hidden =
                    model.encoder()
                            .forward(
                                    ops,
                                    cache.next(next),
                                    null,
                                    cache,
                                    LayerObserver.NONE); // [part, C]
            float[] logits = model.head().logits(ops, hidden).toArray();
            Fixtures.assertClose(
                    "logits from token " + from,
                    logits,
                    Arrays.copyOfRange(expected, from * vocabulary, (from + part) * vocabulary),
                    Fixtures.HIDDEN);
            workspace.reset();
            from += part;
        }
        assertThat(cache.tokens()).isEqualTo(length);
        assertThatThrownBy(() -> cache.next(5))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("room for " + length);
    }

    @Test
    void aModelThatLooksInBothDirectionsIsRefused() {
        assertThatThrownBy(
                        () ->
                                new KeyValueCache(
                                        Fixtures.backends().getFirst(),
                                        XlmRobertaConfig.defaults(),
                                        4))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("is_decoder");
    }
}
