package xlmr.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import xlmr.autograd.Ops;
import xlmr.autograd.Workspace;
import xlmr.backend.Backend;
import xlmr.model.ModelLoader;
import xlmr.model.TaskModel;
import xlmr.tensor.Tensor;
import xlmr.tensor.TokenBatch;

/// What a forward pass of a model asks of the driver, besides its kernels.
class ForwardPassOnCudaTest {
    private static final FakeCuda CUDA = FakeCuda.install();
    private static final Path MODEL =
            Path.of(System.getProperty("xlmr.repository", ".."))
                    .toAbsolutePath()
                    .resolve("tests/golden/training/start");

    @Test
    void aForwardPassWaitsForNothingAndALaterOneSendsOnlyItsTokens() {
        FakeGpu gpu = CUDA.gpu();
        TaskModel model =
                ModelLoader.sequenceClassifier(MODEL, null, ModelLoader.FROZEN, 0).model();
        TokenBatch tokens =
                TokenBatch.of(List.of(new int[] {0, 5, 9, 7, 2}, new int[] {0, 11, 2}), 1);
        long weights = 0;
        for (var parameter : model.parameters()) {
            weights += 4L * parameter.shape().elements();
        }
        try (Backend cuda = CUDA.open()) {
            Workspace workspace = new Workspace(cuda);
            int waits = gpu.waits;
            long bytes = gpu.bytesIn;
            float[] first = forward(cuda, workspace, model, tokens);
            assertThat(gpu.waits - waits).as("waits, one to read the logits").isEqualTo(1);
            assertThat(gpu.bytesIn - bytes).as("bytes sent").isGreaterThanOrEqualTo(weights);

            // Memory that launches needed in the first pass may belong to its results.
            forward(cuda, workspace, model, tokens);
            bytes = gpu.bytesIn;
            waits = gpu.waits;
            int allocations = gpu.allocations;
            float[] third = forward(cuda, workspace, model, tokens);
            assertThat(third).isEqualTo(first);
            assertThat(gpu.allocations).as("allocations").isEqualTo(allocations);
            assertThat(gpu.waits - waits).as("waits").isEqualTo(1);
            assertThat(gpu.bytesIn - bytes).as("bytes sent").isLessThan(2000);
        }
        assertThat(CUDA.takeFault()).isNull();
        assertThat(CUDA.leaks()).isEmpty();
    }

    private static float[] forward(
            Backend backend, Workspace workspace, TaskModel model, TokenBatch tokens) {
        Ops ops = Ops.inference(backend, workspace);
        Tensor logits = model.head().logits(ops, model.features(ops, tokens)); // [B, K]
        float[] values = logits.toArray();
        workspace.reset();
        return values;
    }
}
