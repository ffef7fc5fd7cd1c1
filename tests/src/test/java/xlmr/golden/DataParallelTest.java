package xlmr.golden;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import xlmr.autograd.Parameter;
import xlmr.backend.AllReduce;
import xlmr.backend.Backend;
import xlmr.backend.HostAllReduce;
import xlmr.backend.Ranks;
import xlmr.backend.cpu.CpuBackends;
import xlmr.data.BatchOrder;
import xlmr.model.Targets;
import xlmr.model.TaskModel;
import xlmr.model.WeightSource;
import xlmr.optim.AdamWSettings;
import xlmr.tensor.Tensor;
import xlmr.train.Batching;
import xlmr.train.RunCheckpoints;
import xlmr.train.RunFingerprint;
import xlmr.train.RunSaving;
import xlmr.train.Trainer;
import xlmr.train.TrainingException;
import xlmr.train.TrainingListener;

/// Several ranks that share every batch out train the model that one trains, but for the order in
/// which gradients are added up: for every loss, with dropout, on the processor.
class DataParallelTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /// A step in proportion to the gradient, so that rounding stays what it is: AdamW as it is used
    /// makes steps of the same size of gradients that are nothing but rounding.
    private static final AdamWSettings PROPORTIONAL =
            new AdamWSettings(0.9, 0.999, 1, 0.01, name -> 1);

    @ParameterizedTest(name = "{0}")
    @MethodSource("xlmr.golden.DataParallelJob#all")
    void twoAndThreeRanksTrainWhatOneTrains(String name, DataParallelJob job) {
        Recorder one = trained(job, 1);
        assertThat(one.norms).allSatisfy(norm -> assertThat(norm).isPositive());
        for (int ranks = 2; ranks <= 3; ranks++) {
            Recorder several = trained(job, ranks);
            assertSame("losses of " + ranks, several.losses, one.losses);
            assertSame("norms of " + ranks, several.norms, one.norms);
            one.weights.forEach(
                    (parameter, values) ->
                            assertThat(
                                            farthest(
                                                    Objects.requireNonNull(
                                                            several.weights.get(parameter)),
                                                    values))
                                    .as("%s of %s ranks", parameter, several.ranks)
                                    .isLessThan(2e-5));
        }
    }

    /// The limits above would be no proof if nothing had been learned.
    @Test
    void theWeightsHaveMovedMuchFurtherThanTheLimits() {
        DataParallelJob job = DataParallelJob.usual();
        Recorder trained = trained(job, 2);
        Map<String, float[]> start = weights(job.model());
        double largest =
                trained.weights.entrySet().stream()
                        .mapToDouble(
                                entry ->
                                        farthest(
                                                entry.getValue(),
                                                Objects.requireNonNull(start.get(entry.getKey()))))
                        .max()
                        .orElseThrow();
        assertThat(largest).isGreaterThan(0.01);
    }

    @Test
    void aRunThatIsRepeatedHasTheSameBits() {
        DataParallelJob job = DataParallelJob.usual();
        Recorder first = trained(job, 3);
        Recorder second = trained(job, 3);
        assertThat(second.losses).isEqualTo(first.losses);
        first.weights.forEach(
                (name, values) -> assertThat(second.weights.get(name)).as(name).isEqualTo(values));
    }

    @Test
    void moreRanksThanExamplesLeaveSomeWithNothingToDo() {
        DataParallelJob job = DataParallelJob.usual();
        DataParallelJob small = job.with(job.options().withBatching(new Batching(2, 1, false)));
        assertSame("losses", trained(small, 4).losses, trained(small, 1).losses);
    }

    @Test
    void aRunGoesOnWithAnotherNumberOfRanks(@TempDir Path folder) {
        DataParallelJob job = DataParallelJob.usual();
        DataParallelJob longer = job.with(job.options().withEpochs(3));
        Recorder whole = trained(longer, 1);
        RunSaving saving = RunSaving.everyEpoch(folder).withEverySteps(1);
        RunFingerprint fingerprint = RunFingerprint.of(longer.options());
        Recorder recorder = new Recorder(1);
        int[] ranks = {1, 2, 3, 1};
        for (int part = 0; part < ranks.length; part++) {
            recorder.lastStep = part == ranks.length - 1 ? Long.MAX_VALUE : part + 2;
            RunCheckpoints checkpoints =
                    new RunCheckpoints(part == 0 ? saving : saving.resuming(), fingerprint);
            int count = ranks[part];
            if (part < ranks.length - 1) {
                assertThatThrownBy(
                                () ->
                                        train(
                                                longer,
                                                count,
                                                recorder,
                                                trainer -> trainer.withCheckpoints(checkpoints)))
                        .hasMessage("stopped");
                // The state before the last step is the last that was saved.
                recorder.losses.removeLast();
                recorder.norms.removeLast();
            } else {
                train(longer, count, recorder, trainer -> trainer.withCheckpoints(checkpoints));
            }
        }
        assertSame("losses", recorder.losses, whole.losses);
        assertSame("norms", recorder.norms, whole.norms);
    }

    @Test
    void whatOneRankFailsWithEndsAllAndIsSaidWithItsName() {
        DataParallelJob job = DataParallelJob.usual();
        AllReduce failing =
                new FailingSums(
                        new HostAllReduce(2, PATIENCE),
                        new IllegalStateException("no memory left"));
        assertThatThrownBy(() -> train(job, new Recorder(2), failing))
                .isInstanceOf(TrainingException.class)
                .hasMessage("cpu:1: no memory left");
        AllReduce full = new FailingSums(new HostAllReduce(2, PATIENCE), new OutOfMemoryError("x"));
        assertThatThrownBy(() -> train(job, new Recorder(2), full))
                .isInstanceOf(OutOfMemoryError.class);
    }

    @Test
    void sumsThatDifferFromRankToRankAreNoticed() {
        DataParallelJob job = DataParallelJob.usual();
        AllReduce wrong = new WrongSums(new HostAllReduce(2, PATIENCE));
        assertThatThrownBy(() -> train(job, new Recorder(2), wrong))
                .isInstanceOf(TrainingException.class)
                .hasMessageContaining("do not agree on the gradients' norm");
    }

    @Test
    void aLossThatIsNoNumberIsNamedWhicheverRankSeesIt() {
        float[][] values = new float[DataParallelJob.EXAMPLES][1];
        values[4][0] = 3e30f;
        DataParallelJob job = DataParallelJob.usual().with(new Targets.Values(values));
        assertThatThrownBy(() -> trained(job, 2))
                .isInstanceOf(TrainingException.class)
                .hasMessageContaining("it is the labels");
    }

    private static void assertSame(String what, List<Double> found, List<Double> expected) {
        assertThat(found).as(what).hasSameSizeAs(expected);
        for (int i = 0; i < found.size(); i++) {
            assertThat(found.get(i))
                    .as("%s, %d", what, i)
                    .isCloseTo(expected.get(i), within(2e-5 * Math.max(1, expected.get(i))));
        }
    }

    private static double farthest(float[] one, float[] other) {
        return IntStream.range(0, one.length)
                .mapToDouble(i -> Math.abs(one[i] - other[i]))
                .max()
                .orElse(0);
    }

    private static Recorder trained(DataParallelJob job, int ranks) {
        Recorder recorder = new Recorder(ranks);
        train(job, ranks, recorder, trainer -> trainer);
        return recorder;
    }

    private static void train(
            DataParallelJob job, int ranks, Recorder recorder, UnaryOperator<Trainer> settings) {
        try (AllReduce sums = new HostAllReduce(ranks, PATIENCE)) {
            train(job, recorder, sums, settings);
        }
    }

    private static void train(DataParallelJob job, Recorder recorder, AllReduce sums) {
        train(job, recorder, sums, trainer -> trainer);
    }

    private static void train(
            DataParallelJob job,
            Recorder recorder,
            AllReduce sums,
            UnaryOperator<Trainer> settings) {
        List<Backend> others =
                IntStream.range(1, sums.ranks()).mapToObj(rank -> CpuBackends.scalar()).toList();
        List<String> names =
                IntStream.range(0, sums.ranks()).mapToObj("cpu:%d"::formatted).toList();
        try (Backend backend = CpuBackends.scalar();
                Ranks ranks = new Ranks(names, others, sums)) {
            Trainer trainer =
                    new Trainer(backend, job.model(), job.options(), PROPORTIONAL, recorder);
            settings.apply(
                            sums.ranks() == 1
                                    ? trainer
                                    : trainer.withRanks(ranks, () -> List.of(job.model())))
                    .fit(job.examples(), BatchOrder.sequential(), null, recorder);
        }
    }

    private static Map<String, float[]> weights(TaskModel model) {
        Map<String, float[]> weights = new LinkedHashMap<>();
        for (Parameter parameter : model.parameters()) {
            weights.put(parameter.name(), parameter.value().toArray());
        }
        return weights;
    }

    /// Rank 1 fails.
    private record FailingSums(AllReduce sums, Throwable failure) implements AllReduce {
        @Override
        public int ranks() {
            return sums.ranks();
        }

        @Override
        public void sum(int rank, Backend backend, List<Tensor> tensors) {
            if (rank == 1) {
                switch (failure) {
                    case Error error -> throw error;
                    case RuntimeException exception -> throw exception;
                    case Throwable other -> throw new AssertionError(other);
                }
            }
            sums.sum(rank, backend, tensors);
        }

        @Override
        public void await(int rank) {
            sums.await(rank);
        }

        @Override
        public void abort() {
            sums.abort();
        }

        @Override
        public void close() {
            sums.close();
        }
    }

    /// Rank 1 gets another sum.
    private record WrongSums(AllReduce sums) implements AllReduce {
        @Override
        public int ranks() {
            return sums.ranks();
        }

        @Override
        public void sum(int rank, Backend backend, List<Tensor> tensors) {
            sums.sum(rank, backend, tensors);
            if (rank == 1) {
                backend.scale(tensors.getFirst(), 3);
            }
        }

        @Override
        public void await(int rank) {
            sums.await(rank);
        }

        @Override
        public void abort() {
            sums.abort();
        }

        @Override
        public void close() {
            sums.close();
        }
    }

    private static final class Recorder implements TrainingListener, Trainer.Keeper {
        private final int ranks;
        private final List<Double> losses = new ArrayList<>();
        private final List<Double> norms = new ArrayList<>();
        private final Map<String, float[]> weights = new LinkedHashMap<>();
        private long lastStep = Long.MAX_VALUE;

        Recorder(int ranks) {
            this.ranks = ranks;
        }

        @Override
        public void microBatchDone(double loss) {
            losses.add(loss);
        }

        @Override
        public void stepDone(Step step) {
            norms.add(step.gradientNorm());
            if (step.number() == lastStep) {
                throw new IllegalStateException("stopped");
            }
        }

        @Override
        public void keep(TaskModel kept, WeightSource source) {
            for (Parameter parameter : kept.parameters()) {
                float[] values = new float[parameter.shape().elements()];
                int rows = parameter.shape().rank() == 0 ? 1 : parameter.shape().size(0);
                source.read(parameter, 0, rows, values);
                weights.put(parameter.name(), values);
            }
        }
    }
}
