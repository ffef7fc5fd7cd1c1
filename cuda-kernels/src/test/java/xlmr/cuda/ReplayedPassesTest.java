package xlmr.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.UnaryOperator;
import org.bytedeco.cuda.cudart.CUgraph_st;
import org.bytedeco.cuda.global.cudart;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import xlmr.autograd.Ops;
import xlmr.autograd.Workspace;
import xlmr.backend.AttentionShape;
import xlmr.backend.Backend;
import xlmr.backend.Precision;
import xlmr.backend.Replays;
import xlmr.model.ModelLoader;
import xlmr.model.TaskModel;
import xlmr.tensor.HostStorage;
import xlmr.tensor.Shape;
import xlmr.tensor.Tensor;
import xlmr.tensor.TokenBatch;

/// Passes that are recorded as graphs: the same bits as launched one by one, whatever goes in, and
/// whatever else the memory is used for between.
class ReplayedPassesTest {
    private static final FakeCuda CUDA = FakeCuda.install();
    private static final Path MODEL =
            Path.of(System.getProperty("xlmr.repository", ".."))
                    .toAbsolutePath()
                    .resolve("tests/golden/training/start");

    private final FakeGpu gpu = CUDA.gpu();

    @AfterEach
    void everythingIsGivenBack() {
        gpu.capacity = Long.MAX_VALUE;
        System.clearProperty(CudaGraphs.PROPERTY);
        System.clearProperty(Precision.PROPERTY);
        assertThat(gpu.takeFault()).isNull();
        assertThat(CUDA.leaks()).isEmpty();
    }

    private static TaskModel frozen() {
        return ModelLoader.sequenceClassifier(MODEL, null, ModelLoader.FROZEN, 0).model();
    }

    /// Sequences of these lengths, of other tokens for every seed.
    private static TokenBatch tokens(int seed, int... lengths) {
        SplittableRandom random = new SplittableRandom(seed);
        List<int[]> sequences = new ArrayList<>();
        for (int length : lengths) {
            sequences.add(random.ints(length, 5, 90).toArray());
        }
        return TokenBatch.of(sequences, 1);
    }

    private static float[] logits(
            Backend backend, Workspace workspace, TaskModel model, TokenBatch tokens) {
        Tensor logits = model.forward(Ops.inference(backend, workspace), tokens); // [B, K]
        float[] values = logits.toArray();
        workspace.reset();
        return values;
    }

    private static float[] launched(TaskModel model, TokenBatch tokens) {
        System.setProperty(CudaGraphs.PROPERTY, "false");
        try (Backend plain = CUDA.open()) {
            return logits(plain, new Workspace(plain), model, tokens);
        } finally {
            System.clearProperty(CudaGraphs.PROPERTY);
        }
    }

    @Test
    void theThirdPassOfItsSizesIsOneLaunchWithTheBitsOfTheFirst() {
        TaskModel model = frozen();
        TokenBatch tokens = tokens(1, 9, 5);
        try (Backend cuda = CUDA.open()) {
            Workspace workspace = new Workspace(cuda);
            int captured = gpu.graphs.captured;
            float[] first = logits(cuda, workspace, model, tokens);
            assertThat(gpu.graphs.captured).as("graphs after one pass").isEqualTo(captured);
            float[] second = logits(cuda, workspace, model, tokens);
            assertThat(gpu.graphs.captured).as("graphs after two").isEqualTo(captured + 1);

            int launches = gpu.launches;
            int replays = gpu.graphs.launched;
            int allocations = gpu.allocations;
            int waits = gpu.waits;
            float[] third = logits(cuda, workspace, model, tokens);
            assertThat(gpu.graphs.launched - replays).isEqualTo(1);
            // Embeddings, their LayerNorm, and the head, whose three linear operations are here.
            assertThat(gpu.launches - launches).as("kernels launched one by one").isLessThan(10);
            assertThat(gpu.allocations).isEqualTo(allocations);
            assertThat(gpu.waits - waits).as("waits, for the logits").isEqualTo(1);
            assertThat(second).isEqualTo(first);
            assertThat(third).isEqualTo(first);
        }
    }

    @Test
    void otherTokensAndOtherStartsGoIntoTheSameGraph() {
        TaskModel model = frozen();
        try (Backend cuda = CUDA.open()) {
            Workspace workspace = new Workspace(cuda);
            logits(cuda, workspace, model, tokens(1, 9, 5, 6));
            logits(cuda, workspace, model, tokens(1, 9, 5, 6));
            int captured = gpu.graphs.captured;
            for (int seed = 2; seed < 5; seed++) {
                TokenBatch tokens = tokens(seed, 4 + seed, 12 - seed, 4);
                assertThat(logits(cuda, workspace, model, tokens))
                        .isEqualTo(launched(frozen(), tokens));
            }
            assertThat(gpu.graphs.captured).isEqualTo(captured);
            // A tile more: another graph, when it comes the second time.
            for (int round = 0; round < 3; round++) {
                TokenBatch longer = tokens(round, 17, 2, 1);
                assertThat(logits(cuda, workspace, model, longer))
                        .isEqualTo(launched(frozen(), longer));
            }
            assertThat(gpu.graphs.captured).isEqualTo(captured + 1);
        }
    }

    @Test
    void whatIsRoundedTo16BitsIsRoundedAnewInAReplay() {
        System.setProperty(Precision.PROPERTY, "bf16");
        TaskModel model = frozen();
        try (Backend cuda = CUDA.open()) {
            Workspace workspace = new Workspace(cuda);
            logits(cuda, workspace, model, tokens(1, 9, 5));
            int replays = gpu.graphs.launched;
            for (int seed = 2; seed < 5; seed++) {
                TokenBatch tokens = tokens(seed, 9, 5);
                assertThat(logits(cuda, workspace, model, tokens))
                        .isEqualTo(launched(frozen(), tokens));
            }
            assertThat(gpu.graphs.launched - replays).isEqualTo(3);
        }
    }

    @Test
    void memoryOfOthersIsNotTouchedByAReplay() {
        TaskModel model = frozen();
        TokenBatch tokens = tokens(1, 20);
        try (Backend cuda = CUDA.open()) {
            Workspace workspace = new Workspace(cuda);
            float[] expected = logits(cuda, workspace, model, tokens);
            logits(cuda, workspace, model, tokens);
            // All sizes that the pass may have used, held while it runs again.
            List<Tensor> held = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                Tensor tensor = cuda.allocate(Shape.of(20 * (1 + i))); // [n]
                cuda.fill(tensor, i);
                held.add(tensor);
            }
            assertThat(logits(cuda, workspace, model, tokens)).isEqualTo(expected);
            for (int i = 0; i < held.size(); i++) {
                assertThat(held.get(i).toArray()).containsOnly(i);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"fp32", "bf16"})
    void weightsThatWereChangedInPlaceAreThoseOfTheNextReplay(String precision) {
        System.setProperty(Precision.PROPERTY, precision);
        Shape shape = Shape.of(3, 4);
        Tensor weight = new Tensor(Shape.of(4, 4), new HostStorage(new float[16]));
        try (Backend cuda = CUDA.open()) {
            Tensor input = cuda.allocate(shape); // [N, C]
            Tensor output = cuda.allocate(shape); // [N, C]
            cuda.fill(input, 2);
            cuda.fill(weight, 1);
            Tensor inner = cuda.allocate(shape); // [N, C]
            UnaryOperator<Tensor> body =
                    x -> {
                        cuda.linear(x, weight, null, inner);
                        return inner;
                    };
            AttentionShape sequences = AttentionShape.of(new int[] {0, 3}, 1, false);
            Replays replays = replays(cuda);
            assertThat(replays.replay(weight, sequences, input, output, body)).isFalse();
            assertThat(replays.replay(weight, sequences, input, output, body)).isTrue();
            assertThat(output.toArray()).containsOnly(8);
            cuda.scale(weight, 3);
            assertThat(replays.replay(weight, sequences, input, output, body)).isTrue();
            assertThat(output.toArray()).containsOnly(24);
        }
    }

    @Test
    void aPassThatReadsOnTheHostIsLaunchedAsBefore() {
        try (Backend cuda = CUDA.open()) {
            Tensor input = cuda.allocate(Shape.of(3, 4)); // [N, C]
            cuda.fill(input, 2);
            AttentionShape sequences = AttentionShape.of(new int[] {0, 3}, 1, false);
            int captured = gpu.graphs.captured;
            for (int i = 0; i < 4; i++) {
                boolean isDone =
                        replays(cuda)
                                .replay(
                                        this,
                                        sequences,
                                        input,
                                        input,
                                        x -> {
                                            cuda.scale(x, x.toArray()[0]);
                                            return x;
                                        });
                assertThat(isDone).isFalse();
            }
            assertThat(gpu.graphs.captured).isEqualTo(captured + 1);
            assertThat(input.toArray()).as("as if nothing had been tried").containsOnly(2);
        }
    }

    @Test
    void graphsAreGivenUpWhenMemoryIsShort() {
        TaskModel model = frozen();
        TokenBatch tokens = tokens(1, 20);
        try (Backend cuda = CUDA.open()) {
            Workspace workspace = new Workspace(cuda);
            float[] expected = logits(cuda, workspace, model, tokens);
            logits(cuda, workspace, model, tokens);
            CudaGraphs graphs = ((CudaBackend) cuda).device().graphs();
            assertThat(graphs.size()).isEqualTo(1);
            gpu.capacity = gpu.device.allocatedBytes() + 4000;
            Tensor large = cuda.allocate(Shape.of(2000)); // [n]
            cuda.fill(large, 1);
            assertThat(graphs.size()).isZero();
            gpu.capacity = Long.MAX_VALUE;
            for (int round = 0; round < 3; round++) {
                assertThat(logits(cuda, workspace, model, tokens)).isEqualTo(expected);
            }
            assertThat(graphs.size()).isEqualTo(1);
            assertThat(large.toArray()).containsOnly(1);
        }
    }

    @Test
    void theGraphLongestUnusedMakesRoom() {
        try (Backend cuda = CUDA.open()) {
            CudaGraphs graphs = ((CudaBackend) cuda).device().graphs();
            for (int n = 1; n <= 70; n++) {
                assertThat(threeTimes(cuda, n)).as("%d tokens, once", n).isEmpty();
                assertThat(threeTimes(cuda, n)).as("%d tokens, twice", n).hasSize(4 * n);
                assertThat(threeTimes(cuda, n)).as("%d tokens, replayed", n).containsOnly(6);
                assertThat(graphs.size()).isEqualTo(Math.min(n, 64));
            }
        }
    }

    private static Replays replays(Backend cuda) {
        return Objects.requireNonNull(cuda.replays());
    }

    /// Three times a tensor of twos, by one owner; nothing where it is not replayed.
    private float[] threeTimes(Backend cuda, int n) {
        Tensor input = cuda.allocate(Shape.of(n, 4)); // [N, C]
        Tensor output = cuda.allocate(Shape.of(n, 4)); // [N, C]
        cuda.fill(input, 2);
        boolean isDone =
                replays(cuda)
                        .replay(
                                this,
                                AttentionShape.of(new int[] {0, n}, 1, false),
                                input,
                                output,
                                x -> {
                                    cuda.scale(x, 3);
                                    return x;
                                });
        return isDone ? output.toArray() : new float[0];
    }

    @Test
    void severalThreadsReplayTheirOwnBatches() throws Exception {
        TaskModel model = frozen();
        try (Backend cuda = CUDA.open();
                ExecutorService callers = Executors.newFixedThreadPool(3)) {
            float[][] expected = new float[3][];
            for (int i = 0; i < 3; i++) {
                expected[i] = launched(frozen(), tokens(i, 7 + i, 3));
            }
            List<Future<float[]>> results = new ArrayList<>();
            for (int call = 0; call < 18; call++) {
                int i = call % 3;
                results.add(
                        callers.submit(
                                () ->
                                        logits(
                                                cuda,
                                                new Workspace(cuda),
                                                model,
                                                tokens(i, 7 + i, 3))));
            }
            for (int call = 0; call < 18; call++) {
                assertThat(results.get(call).get()).isEqualTo(expected[call % 3]);
            }
        }
    }

    /// The fake must not forgive either.
    @Test
    void aCaptureDoesNothingAndIsSpoiledByWhatTheDriverForbids() {
        try (CudaDriver driver = CudaDriver.open(0)) {
            long address = driver.allocate(256);
            MemorySegment pinned = driver.allocatePinned(16);
            CUgraph_st graph = new CUgraph_st();
            cudart.cuStreamBeginCapture(driver.stream(), 1);
            assertThat(cudart.cuMemAlloc(new long[1], 256)).isEqualTo(FakeGraphs.UNSUPPORTED);
            assertThat(cudart.cuMemcpyDtoDAsync(address, address + 8, 8, driver.stream()))
                    .isEqualTo(FakeGraphs.INVALIDATED);
            assertThat(cudart.cuStreamEndCapture(driver.stream(), graph))
                    .isEqualTo(FakeGraphs.INVALIDATED);
            assertThat(graph.isNull()).isTrue();

            pinned.set(java.lang.foreign.ValueLayout.JAVA_LONG, 0, 5);
            driver.copyIn(pinned.asSlice(0, 8), address);
            DeviceGraph copy =
                    DeviceGraph.record(driver, () -> driver.copyWithin(address, address + 8, 8));
            driver.synchronize();
            assertThatThrownBy(() -> gpu.read(address + 8, 8))
                    .as("nothing was copied yet")
                    .isInstanceOf(IllegalStateException.class);
            copy.launch();
            driver.synchronize();
            assertThat(gpu.read(address + 8, 8)).containsExactly(5, 0, 0, 0, 0, 0, 0, 0);
            copy.close();

            assertThatThrownBy(() -> DeviceGraph.record(driver, driver::synchronize))
                    .isInstanceOf(NotRecordableException.class)
                    .hasMessageContaining("the host waits");
            driver.synchronize();
            driver.free(address);
            driver.freePinned(pinned);
        }
    }
}
