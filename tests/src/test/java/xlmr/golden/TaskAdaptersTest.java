package xlmr.golden;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import xlmr.autograd.Ops;
import xlmr.autograd.Workspace;
import xlmr.backend.Backend;
import xlmr.checkpoint.Checkpoint;
import xlmr.model.LoraSettings;
import xlmr.model.ModelLoader;
import xlmr.model.PeftAdapter;
import xlmr.model.TaskModel;
import xlmr.pipeline.AdaptedModels;
import xlmr.tensor.TokenBatch;
import xlmr.train.AdapterWriter;

/// Adapters of tasks that answer token by token, as PEFT writes them; see
/// `tests/reference/adapters.py`.
class TaskAdaptersTest {
    private static final double LOGITS = 3e-5;

    @TempDir private Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"token_classification", "question_answering"})
    void theLogitsAreThoseOfPeft(String task) {
        Path base = Fixtures.path("models/small_" + task);
        Path adapter = Fixtures.path("adapters/" + task);
        Checkpoint expected =
                Checkpoint.open(Fixtures.path("adapters/" + task + "/expected.safetensors"));
        double[] logits = expected.doubles("logits");
        for (Backend backend : Fixtures.backends()) {
            TaskModel adapted = PeftAdapter.open(adapter).load(base).model();
            Fixtures.assertClose("beside", logits(backend, adapted, expected), logits, LOGITS);
            TaskModel merged = AdaptedModels.load(base, adapter).model();
            Fixtures.assertClose("merged", logits(backend, merged, expected), logits, LOGITS);
            float[] alone =
                    logits(backend, ModelLoader.task(base, ModelLoader.FROZEN).model(), expected);
            double changed = 0;
            for (int i = 0; i < alone.length; i++) {
                changed = Math.max(changed, Math.abs(alone[i] - logits[i]));
            }
            assertThat(changed).as("without the adapter").isGreaterThan(0.1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"token_classification", "question_answering"})
    void whatIsWrittenHasTheNamesAndBitsOfPeft(String task) {
        Path base = Fixtures.path("models/small_" + task);
        Path adapter = Fixtures.path("adapters/" + task);
        TaskModel model = PeftAdapter.open(adapter).load(base).model();
        Path written = directory.resolve("adapter");
        new AdapterWriter(written, base.toString())
                .write(model, new LoraSettings(3, 6, List.of("query", "value"), 0.1));
        Checkpoint own = Checkpoint.open(written.resolve("adapter_model.safetensors"));
        Checkpoint theirs = Checkpoint.open(adapter.resolve("adapter_model.safetensors"));
        assertThat(own.names()).containsExactlyInAnyOrderElementsOf(theirs.names());
        for (String name : own.names()) {
            assertThat(own.floats(name)).as(name).containsExactly(theirs.floats(name));
        }
    }

    private static float[] logits(Backend backend, TaskModel model, Checkpoint expected) {
        long[] shape = expected.info("input_ids").shape();
        int columns = (int) shape[1];
        long[] flat = expected.integers("input_ids");
        List<int[]> rows = new ArrayList<>();
        for (int from = 0; from < flat.length; from += columns) {
            rows.add(
                    Arrays.stream(flat, from, from + columns).mapToInt(Math::toIntExact).toArray());
        }
        TokenBatch tokens = TokenBatch.of(rows, model.config().padTokenId());
        Ops ops = Ops.inference(backend, new Workspace(backend));
        return model.forward(ops, tokens).toArray(); // [B T, K]
    }
}
