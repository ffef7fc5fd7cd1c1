package xlmr.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import xlmr.autograd.Parameter;
import xlmr.backend.AllReduce;
import xlmr.backend.Backend;
import xlmr.backend.BackendUnavailableException;
import xlmr.backend.Ranks;
import xlmr.data.BatchOrder;
import xlmr.data.EncodedExamples;
import xlmr.model.ModelLoader;
import xlmr.model.TaskModel;
import xlmr.model.WeightSource;
import xlmr.optim.AdamWSettings;
import xlmr.tensor.Shape;
import xlmr.tensor.Tensor;
import xlmr.train.Batching;
import xlmr.train.RunCheckpoints;
import xlmr.train.RunFingerprint;
import xlmr.train.RunSaving;
import xlmr.train.Trainer;
import xlmr.train.TrainingException;
import xlmr.train.TrainingListener;
import xlmr.train.TrainingOptions;

/// Training on several GPUs with memories of their own, over a fake NCCL: what one GPU trains, and
/// one line where one of them fails.
@Timeout(300)
class SeveralGpusTest {
    private static final FakeCuda CUDA = FakeCuda.install();

    private static final TrainingOptions OPTIONS =
            TrainingOptions.defaults()
                    .withEpochs(1)
                    .withBatching(new Batching(4, 1, false))
                    .withLearningRate(0.3);

    /// A step in proportion to the gradient, so that rounding stays what it is.
    private static final AdamWSettings PROPORTIONAL =
            new AdamWSettings(0.9, 0.999, 1, 0.01, name -> 1);

    private final FakeMachine machine = CUDA.machine();

    @BeforeEach
    void showAll() {
        machine.visible = 3;
        CUDA.takeFault();
    }

    @AfterEach
    void everythingIsGivenBack() {
        machine.visible = 1;
        for (FakeGpu gpu : machine.gpus) {
            gpu.capacity = Long.MAX_VALUE;
            gpu.launchesUntilRefusal = -1;
        }
        CUDA.nccl().refusals.clear();
        CUDA.nccl().asynchronousError = 0;
        CUDA.nccl().version = 22703;
        assertThat(CUDA.leaks()).isEmpty();
    }

    @Test
    void aNumberChoosesTheGpu() {
        try (Backend second = CUDA.open(List.of(1))) {
            Tensor tensor = tensor(second, 1, 2);
            second.scale(tensor, 2);
            assertThat(tensor.toArray()).containsExactly(2, 4);
            assertThat(machine.gpus.get(1).device.allocatedBytes()).isPositive();
            assertThat(second.ranks()).isNull();
        }
        assertThatThrownBy(() -> CUDA.open(List.of(7)))
                .isInstanceOf(BackendUnavailableException.class)
                .hasMessageContaining("the driver shows 3 GPUs, there is no number 7");
        assertThatThrownBy(() -> CUDA.open(List.of(0, 7)))
                .isInstanceOf(BackendUnavailableException.class)
                .hasMessageContaining("there is no number 7");
    }

    @Test
    void whatIsThereIsDescribed() {
        assertThat(new CudaBackendProvider().describe())
                .containsEntry("devices", 3)
                .containsEntry("nccl", "2.27.3");
        CUDA.nccl().version = 20804;
        assertThat(new CudaBackendProvider().describe().get("nccl"))
                .asString()
                .contains("NCCL 2.8.4 is too old");
    }

    @Test
    void sumsAreThereOnceTheyWereWaitedForAndTheSameOnEveryGpu() throws Exception {
        try (Backend first = CUDA.open(List.of(0, 2))) {
            Ranks ranks = Objects.requireNonNull(first.ranks());
            assertThat(ranks.names()).containsExactly("cuda:0", "cuda:2");
            Backend other = ranks.others().getFirst();
            Tensor left = tensor(first, 1, 2, 3);
            Tensor right = tensor(other, 10, 20, 30);
            // What was launched before comes before the sum.
            other.scale(right, 2);
            int groups = CUDA.nccl().groups;
            ranks.sums().sum(0, first, List.of(left, tensor(first, 5)));
            Thread thread =
                    Thread.ofPlatform()
                            .start(
                                    () -> {
                                        ranks.sums()
                                                .sum(1, other, List.of(right, tensor(other, 7)));
                                        ranks.sums().await(1);
                                    });
            thread.join();
            ranks.sums().await(0);
            first.scale(left, 2);
            assertThat(left.toArray()).containsExactly(42, 84, 126);
            assertThat(right.toArray()).containsExactly(21, 42, 63);
            assertThat(CUDA.nccl().groups - groups).as("groups of all tensors").isEqualTo(2);
        }
    }

    /// The fake must not forgive.
    @Test
    void differentCountsAreAnErrorOfTheFake() {
        Backend first = CUDA.open(List.of(0, 1));
        Ranks ranks = Objects.requireNonNull(first.ranks());
        Backend other = ranks.others().getFirst();
        ranks.sums().sum(0, first, List.of(tensor(first, 1, 2, 3)));
        assertThatThrownBy(() -> ranks.sums().sum(1, other, List.of(tensor(other, 1, 2))))
                .isInstanceOf(CudaException.class);
        assertThat(CUDA.takeFault()).hasMessageContaining("of 3 elements on one GPU and of 2");
        ranks.sums().abort();
        first.close();
    }

    @Test
    void aGpuThatWaitsForAnotherIsReleasedWhenThatOneFails() throws Exception {
        Backend first = CUDA.open(List.of(0, 1));
        AllReduce sums = Objects.requireNonNull(first.ranks()).sums();
        sums.sum(0, first, List.of(tensor(first, 1)));
        List<Throwable> failures = new ArrayList<>();
        Thread waiting =
                Thread.ofPlatform().start(() -> failures.add(failure(() -> sums.await(0))));
        waiting.join(200);
        assertThat(waiting.isAlive()).isTrue();
        sums.abort();
        sums.abort();
        waiting.join();
        assertThat(failures.getFirst())
                .isInstanceOf(CudaException.class)
                .hasMessageContaining("no longer connected, since one of them failed");
        first.close();
    }

    @Test
    void whatNcclRefusesIsSaidWithItsReasonAndARemedy() {
        CUDA.nccl().refusals.put("ncclCommInitAll 1", 2);
        assertThatThrownBy(() -> CUDA.open(List.of(0, 1)))
                .isInstanceOf(BackendUnavailableException.class)
                .hasMessageContaining("NCCL cannot connect 2 GPUs: unhandled system error")
                .hasMessageContaining("(shm_open failed)")
                .hasMessageContaining("/dev/shm")
                .hasMessageContaining("--device cuda:0");
        CUDA.nccl().refusals.clear();
        CUDA.nccl().version = 20804;
        assertThatThrownBy(() -> CUDA.open(List.of(0, 1)))
                .isInstanceOf(BackendUnavailableException.class)
                .hasMessageContaining("NCCL 2.8.4 is too old, expected 2.14.0 or newer")
                .hasMessageContaining("pip install -U " + CudaLibraries.NCCL_WHEEL);
    }

    @Test
    void twoAndThreeGpusTrainWhatOneTrains() {
        Recorder one = trained(List.of(0), new Recorder());
        assertThat(one.losses).isNotEmpty();
        for (List<Integer> numbers : List.of(List.of(0, 1), List.of(2, 0, 1))) {
            int sums = CUDA.nccl().sums;
            Recorder several = trained(numbers, new Recorder());
            assertThat(CUDA.nccl().sums).isGreaterThan(sums);
            assertClose("losses of " + numbers, several.losses, one.losses);
            assertClose("norms of " + numbers, several.norms, one.norms);
            one.weights.forEach(
                    (name, values) ->
                            assertThat(
                                            distance(
                                                    Objects.requireNonNull(
                                                            several.weights.get(name)),
                                                    values))
                                    .as("%s on %s", name, numbers)
                                    .isLessThan(2e-5));
        }
        assertThat(CUDA.takeFault()).isNull();
    }

    @Test
    void aRunGoesOnWithAnotherNumberOfGpus(@TempDir Path folder) {
        Recorder whole = trained(List.of(0), new Recorder());
        RunSaving saving = RunSaving.everyEpoch(folder).withEverySteps(1);
        RunFingerprint fingerprint = RunFingerprint.of(OPTIONS);
        Recorder recorder = new Recorder();
        List<List<Integer>> parts = List.of(List.of(0), List.of(1, 0), List.of(2));
        for (int part = 0; part < parts.size(); part++) {
            boolean isLast = part == parts.size() - 1;
            List<Integer> numbers = parts.get(part);
            recorder.lastStep = isLast ? Long.MAX_VALUE : part + 2;
            RunCheckpoints checkpoints =
                    new RunCheckpoints(part == 0 ? saving : saving.resuming(), fingerprint);
            UnaryOperator<Trainer> saved = trainer -> trainer.withCheckpoints(checkpoints);
            if (isLast) {
                trained(numbers, recorder, saved);
            } else {
                assertThatThrownBy(() -> trained(numbers, recorder, saved)).hasMessage("stopped");
                // The state before the last step is the last that was saved.
                recorder.norms.removeLast();
            }
        }
        assertClose("norms", recorder.norms, whole.norms);
    }

    @Test
    void whatEndsOneGpuEndsTheRunWithOneLineOfIt() {
        FakeGpu second = machine.gpus.get(1);
        Recorder launch = new Recorder();
        launch.atFirstStep = () -> second.launchesUntilRefusal = 50;
        assertThatThrownBy(() -> trained(List.of(0, 1), launch))
                .isInstanceOf(TrainingException.class)
                .hasMessageStartingWith("cuda:1: device cuda: cannot launch ")
                .message()
                .doesNotContain("\n");
        second.launchesUntilRefusal = -1;
        assertThat(CUDA.takeFault()).isNull();
        assertThat(CUDA.leaks()).isEmpty();

        Recorder memory = new Recorder();
        second.capacity = second.device.allocatedBytes() + 300_000;
        assertThatThrownBy(() -> trained(List.of(0, 1), memory))
                .hasMessageContaining("bytes left beside the")
                .hasMessageContaining("--batch-size");
        second.capacity = Long.MAX_VALUE;
        assertThat(CUDA.leaks()).isEmpty();

        Recorder sums = new Recorder();
        sums.atFirstStep = () -> CUDA.nccl().refusals.put("ncclAllReduce 1", 1);
        assertThatThrownBy(() -> trained(List.of(0, 1), sums))
                .isInstanceOf(TrainingException.class)
                .hasMessageMatching(
                        "cuda:1: device cuda: NCCL cannot add up \\d+ tensors over 2 GPUs:"
                                + " unhandled cuda error.*nvidia-smi.*");
        CUDA.nccl().refusals.clear();
        assertThat(CUDA.leaks()).isEmpty();

        Recorder later = new Recorder();
        later.atFirstStep = () -> CUDA.nccl().asynchronousError = 6;
        assertThatThrownBy(() -> trained(List.of(0, 1), later))
                .isInstanceOf(TrainingException.class)
                .hasMessageContaining("NCCL cannot add up over 2 GPUs: remote process exited")
                .hasMessageContaining("another GPU failed first");
    }

    private static @Nullable Throwable failure(Runnable body) {
        try {
            body.run();
            return null;
        } catch (RuntimeException failure) {
            return failure;
        }
    }

    private static Recorder trained(List<Integer> numbers, Recorder recorder) {
        return trained(numbers, recorder, trainer -> trainer);
    }

    private static Recorder trained(
            List<Integer> numbers, Recorder recorder, UnaryOperator<Trainer> settings) {
        try (Backend backend = CUDA.open(numbers)) {
            Trainer trainer = new Trainer(backend, model(), OPTIONS, PROPORTIONAL, recorder);
            Ranks ranks = backend.ranks();
            if (ranks != null) {
                trainer.withRanks(ranks, () -> List.of(model()));
            }
            settings.apply(trainer).fit(examples(), BatchOrder.sequential(), null, recorder);
        }
        return recorder;
    }

    private static EncodedExamples examples() {
        EncodedExamples all = TrainingOnCudaTest.examples();
        int[] some = IntStream.range(0, 16).toArray();
        return new EncodedExamples(all.sequences().subList(0, 16), all.targets(some));
    }

    private static TaskModel model() {
        return ModelLoader.sequenceClassifier(
                        TrainingOnCudaTest.GOLDEN.resolve("start"), null, ModelLoader.ALL, 0)
                .model();
    }

    private static void assertClose(String what, List<Double> found, List<Double> expected) {
        assertThat(found).as(what).hasSameSizeAs(expected);
        for (int i = 0; i < found.size(); i++) {
            assertThat(found.get(i))
                    .as("%s, %d", what, i)
                    .isCloseTo(expected.get(i), within(2e-5 * Math.max(1, expected.get(i))));
        }
    }

    private static double distance(float[] one, float[] other) {
        double largest = 0;
        for (int i = 0; i < one.length; i++) {
            largest = Math.max(largest, Math.abs(one[i] - other[i]));
        }
        return largest;
    }

    private static Tensor tensor(Backend backend, float... values) {
        Tensor tensor = backend.allocate(Shape.of(values.length)); // [n]
        backend.write(values, tensor);
        return tensor;
    }

    private static final class Recorder implements TrainingListener, Trainer.Keeper {
        private final List<Double> losses = new ArrayList<>();
        private final List<Double> norms = new ArrayList<>();
        private final Map<String, float[]> weights = new HashMap<>();
        private long lastStep = Long.MAX_VALUE;
        private Runnable atFirstStep = () -> {};

        @Override
        public void microBatchDone(double loss) {
            losses.add(loss);
        }

        @Override
        public void stepDone(Step step) {
            norms.add(step.gradientNorm());
            if (step.number() == 1) {
                atFirstStep.run();
            }
            if (step.number() == lastStep) {
                throw new IllegalStateException("stopped");
            }
        }

        @Override
        public void keep(TaskModel kept, WeightSource source) {
            for (Parameter parameter : kept.parameters()) {
                float[] values = new float[parameter.shape().elements()];
                source.read(parameter, 0, parameter.shape().size(0), values);
                weights.put(parameter.name(), values);
            }
        }
    }
}
