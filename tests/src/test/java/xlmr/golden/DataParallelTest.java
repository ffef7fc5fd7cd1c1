package xlmr.golden;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import xlmr.autograd.KeptActivations;
import xlmr.autograd.Parameter;
import xlmr.backend.AllReduce;
import xlmr.backend.Backend;
import xlmr.backend.CrossEntropy;
import xlmr.backend.HostAllReduce;
import xlmr.backend.Ranks;
import xlmr.backend.cpu.CpuBackends;
import xlmr.data.BatchOrder;
import xlmr.data.EncodedExamples;
import xlmr.data.MaskedTexts;
import xlmr.data.MaskingRule;
import xlmr.data.TrainingExamples;
import xlmr.model.HeadSpec;
import xlmr.model.LoraModel;
import xlmr.model.LoraSettings;
import xlmr.model.ModelLoader;
import xlmr.model.ProblemType;
import xlmr.model.Targets;
import xlmr.model.Task;
import xlmr.model.TaskModel;
import xlmr.model.WeightSource;
import xlmr.model.XlmRobertaConfig;
import xlmr.optim.AdamWSettings;
import xlmr.tensor.Tensor;
import xlmr.train.Batching;
import xlmr.train.ClassWeights;
import xlmr.train.LossFunction;
import xlmr.train.LossOptions;
import xlmr.train.RunCheckpoints;
import xlmr.train.RunFingerprint;
import xlmr.train.RunSaving;
import xlmr.train.Trainer;
import xlmr.train.TrainingException;
import xlmr.train.TrainingListener;
import xlmr.train.TrainingOptions;
import xlmr.train.Tune;

/// Several ranks that share every batch out train the model that one trains, but for the order in
/// which gradients are added up: for every loss, with dropout, on the processor.
class DataParallelTest {
    private static final Path START =
            Path.of(System.getProperty("xlmr.repository", ".."))
                    .resolve("cli/src/main/resources/xlmr/embedded/model");

    private static final int EXAMPLES = 10;
    private static final int CLASSES = 3;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /// A step in proportion to the gradient, so that rounding stays what it is: AdamW as it is used
    /// makes steps of the same size of gradients that are nothing but rounding.
    private static final AdamWSettings PROPORTIONAL =
            new AdamWSettings(0.9, 0.999, 1, 0.01, name -> 1);

    private static final TrainingOptions OPTIONS =
            TrainingOptions.defaults()
                    .withEpochs(1)
                    .withBatching(new Batching(5, 1, false))
                    .withLearningRate(0.3);

    /// What is trained.
    ///
    /// @param head word of the head, or empty for the task's own
    private record Job(
            Task task, String head, TrainingOptions options, TrainingExamples examples) {}

    static Stream<Arguments> jobs() {
        LossOptions loss = LossOptions.defaults();
        Targets classes = classes();
        ClassWeights balanced = ClassWeights.BALANCED;
        return Stream.of(
                job("classes", Task.SEQUENCE_CLASSIFICATION, "", OPTIONS, classes),
                job(
                        "class weights and smoothing",
                        Task.SEQUENCE_CLASSIFICATION,
                        "",
                        OPTIONS.withLoss(loss.withClassWeights(balanced).withLabelSmoothing(0.2)),
                        classes),
                job(
                        "focal loss with weights",
                        Task.SEQUENCE_CLASSIFICATION,
                        "",
                        OPTIONS.withLoss(
                                loss.withClassWeights(balanced)
                                        .withFunction(new LossFunction.Focal(2))),
                        classes),
                job(
                        "accumulation",
                        Task.SEQUENCE_CLASSIFICATION,
                        "",
                        OPTIONS.withBatching(new Batching(3, 2, false)),
                        classes),
                job("several labels", Task.SEQUENCE_CLASSIFICATION, "", OPTIONS, several()),
                job("numbers", Task.SEQUENCE_CLASSIFICATION, "", OPTIONS, numbers()),
                job("a teacher", Task.SEQUENCE_CLASSIFICATION, "", OPTIONS, distilled()),
                job("tokens", Task.TOKEN_CLASSIFICATION, "", OPTIONS, tokens()),
                job("answers", Task.QUESTION_ANSWERING, "", OPTIONS, spans()),
                Arguments.of("choices", choices()),
                Arguments.of("masked texts", masked()),
                job(
                        "recomputation",
                        Task.SEQUENCE_CLASSIFICATION,
                        "",
                        OPTIONS.withKept(KeptActivations.RECOMPUTED),
                        classes),
                job("a mean as head", Task.SEQUENCE_CLASSIFICATION, "mean", OPTIONS, classes),
                job(
                        "the head alone",
                        Task.SEQUENCE_CLASSIFICATION,
                        "",
                        OPTIONS.withTune(Tune.HEAD),
                        classes),
                job(
                        "adapters",
                        Task.SEQUENCE_CLASSIFICATION,
                        "",
                        OPTIONS.withTune(new Tune.Lora(LoraSettings.parse("r=4"))),
                        classes),
                job(
                        "layer by layer",
                        Task.SEQUENCE_CLASSIFICATION,
                        "",
                        OPTIONS.withTune(Tune.parse("gradual")).withEpochs(3),
                        classes));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("jobs")
    void twoAndThreeRanksTrainWhatOneTrains(String name, Job job) {
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
        Job job = (Job) jobs().findFirst().orElseThrow().get()[1];
        Recorder trained = trained(job, 2);
        Map<String, float[]> start = weights(model(job));
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
        Job job = (Job) jobs().findFirst().orElseThrow().get()[1];
        Recorder first = trained(job, 3);
        Recorder second = trained(job, 3);
        assertThat(second.losses).isEqualTo(first.losses);
        first.weights.forEach(
                (name, values) -> assertThat(second.weights.get(name)).as(name).isEqualTo(values));
    }

    @Test
    void moreRanksThanExamplesLeaveSomeWithNothingToDo() {
        Job job = (Job) jobs().findFirst().orElseThrow().get()[1];
        Job small =
                new Job(
                        job.task,
                        job.head,
                        job.options.withBatching(new Batching(2, 1, false)),
                        job.examples);
        assertSame("losses", trained(small, 4).losses, trained(small, 1).losses);
    }

    @Test
    void aRunGoesOnWithAnotherNumberOfRanks(@TempDir Path folder) {
        Job job = (Job) jobs().findFirst().orElseThrow().get()[1];
        Job longer = new Job(job.task, job.head, job.options.withEpochs(3), job.examples);
        Recorder whole = trained(longer, 1);
        RunSaving saving = RunSaving.everyEpoch(folder).withEverySteps(1);
        RunFingerprint fingerprint = RunFingerprint.of(longer.options);
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
        Job job = (Job) jobs().findFirst().orElseThrow().get()[1];
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
        Job job = (Job) jobs().findFirst().orElseThrow().get()[1];
        AllReduce wrong = new WrongSums(new HostAllReduce(2, PATIENCE));
        assertThatThrownBy(() -> train(job, new Recorder(2), wrong))
                .isInstanceOf(TrainingException.class)
                .hasMessageContaining("do not agree on the gradients' norm");
    }

    @Test
    void aLossThatIsNoNumberIsNamedWhicheverRankSeesIt() {
        float[][] values = new float[EXAMPLES][1];
        values[4][0] = 3e30f;
        Arguments numbers =
                job(
                        "numbers",
                        Task.SEQUENCE_CLASSIFICATION,
                        "",
                        OPTIONS,
                        new Targets.Values(values));
        Job job = (Job) numbers.get()[1];
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

    private static Recorder trained(Job job, int ranks) {
        Recorder recorder = new Recorder(ranks);
        train(job, ranks, recorder, trainer -> trainer);
        return recorder;
    }

    private static void train(
            Job job, int ranks, Recorder recorder, UnaryOperator<Trainer> settings) {
        try (AllReduce sums = new HostAllReduce(ranks, PATIENCE)) {
            train(job, recorder, sums, settings);
        }
    }

    private static void train(Job job, Recorder recorder, AllReduce sums) {
        train(job, recorder, sums, trainer -> trainer);
    }

    private static void train(
            Job job, Recorder recorder, AllReduce sums, UnaryOperator<Trainer> settings) {
        List<Backend> others =
                IntStream.range(1, sums.ranks()).mapToObj(rank -> CpuBackends.scalar()).toList();
        List<String> names =
                IntStream.range(0, sums.ranks()).mapToObj("cpu:%d"::formatted).toList();
        try (Backend backend = CpuBackends.scalar();
                Ranks ranks = new Ranks(names, others, sums)) {
            Trainer trainer = new Trainer(backend, model(job), job.options, PROPORTIONAL, recorder);
            settings.apply(
                            sums.ranks() == 1
                                    ? trainer
                                    : trainer.withRanks(ranks, () -> List.of(model(job))))
                    .fit(job.examples, BatchOrder.sequential(), null, recorder);
        }
    }

    private static TaskModel model(Job job) {
        XlmRobertaConfig config =
                XlmRobertaConfig.read(START.resolve("config.json"))
                        .with("hidden_dropout_prob", 0.2)
                        .with("attention_probs_dropout_prob", 0.2)
                        .withArchitecture(job.task.architecture());
        config =
                job.task == Task.SEQUENCE_CLASSIFICATION
                        ? config.forClassification(labels(job.examples), problem(job.examples))
                        : config.withLabels(List.of("a", "b", "c"));
        config = job.head.isEmpty() ? config : config.withHead(HeadSpec.parse(job.head));
        TaskModel model =
                ModelLoader.task(job.task, START, config, job.options.tune().trainable(config), 0)
                        .model();
        return job.options.tune() instanceof Tune.Lora(var adapters)
                ? LoraModel.attach(model, adapters, 0)
                : model;
    }

    private static List<String> labels(TrainingExamples examples) {
        return problem(examples) == ProblemType.REGRESSION ? List.of("y") : List.of("a", "b", "c");
    }

    private static ProblemType problem(TrainingExamples examples) {
        return switch (((EncodedExamples) examples).targets()) {
            case Targets.Values _ -> ProblemType.REGRESSION;
            case Targets.MultiLabel _ -> ProblemType.MULTI_LABEL_CLASSIFICATION;
            case null, default -> ProblemType.SINGLE_LABEL_CLASSIFICATION;
        };
    }

    private static Arguments job(
            String name, Task task, String head, TrainingOptions options, Targets targets) {
        return Arguments.of(
                name, new Job(task, head, options, new EncodedExamples(sequences(), targets)));
    }

    /// Texts of very different length.
    private static List<int[]> sequences() {
        SplittableRandom random = new SplittableRandom(5);
        return IntStream.range(0, EXAMPLES)
                .mapToObj(b -> random.ints(length(b), 5, 60).toArray())
                .toList();
    }

    private static int length(int b) {
        return 3 + 7 * b % 11 + (b == 2 ? 30 : 0);
    }

    private static Targets classes() {
        return new Targets.Classes(IntStream.range(0, EXAMPLES).map(b -> b * b % 3).toArray());
    }

    private static Targets several() {
        float[][] labels = new float[EXAMPLES][CLASSES];
        for (int b = 0; b < EXAMPLES; b++) {
            labels[b][b % 3] = 1;
            labels[b][b % 2] = 1;
        }
        return new Targets.MultiLabel(labels);
    }

    private static Targets numbers() {
        float[][] values = new float[EXAMPLES][1];
        for (int b = 0; b < EXAMPLES; b++) {
            values[b][0] = 0.3f * b - 1;
        }
        return new Targets.Values(values);
    }

    /// Some with a label, some without: one rank may have none.
    private static Targets distilled() {
        int[] labels = {0, -100, -100, -100, 1, 2, 1, -100, -100, -100};
        float[][] teacher = new float[EXAMPLES][CLASSES];
        for (int b = 0; b < EXAMPLES; b++) {
            teacher[b][b % 3] = 2 - 0.1f * b;
        }
        return new Targets.Distilled(labels, teacher, 2, 0.3);
    }

    /// First and last token never count, and in two texts none does.
    private static Targets tokens() {
        int[][] labels = new int[EXAMPLES][];
        for (int b = 0; b < EXAMPLES; b++) {
            labels[b] = new int[length(b)];
            for (int t = 0; t < labels[b].length; t++) {
                boolean counts = t > 0 && t < labels[b].length - 1 && b != 0 && b != 4;
                labels[b][t] = counts ? (b + t) % 3 : CrossEntropy.IGNORE;
            }
        }
        return new Targets.TokenClasses(labels);
    }

    private static Targets spans() {
        int[] first = IntStream.range(0, EXAMPLES).map(b -> b % 2).toArray();
        int[] last = IntStream.range(0, EXAMPLES).map(b -> b % 2 + b % 3 % 2).toArray();
        Arrays.setAll(first, b -> b == 1 ? -1 : first[b]);
        Arrays.setAll(last, b -> b == 1 ? -1 : last[b]);
        return new Targets.Spans(
                first, last, IntStream.range(0, EXAMPLES).map(b -> length(b)).toArray());
    }

    private static Job choices() {
        int[] starts = {0, 2, 5, 7, EXAMPLES};
        int[] counts = {2, 3, 2, 3};
        return new Job(
                Task.MULTIPLE_CHOICE,
                "",
                OPTIONS,
                new EncodedExamples(
                        sequences(), starts, new Targets.Choices(new int[] {0, 2, 1, 1}, counts)));
    }

    private static Job masked() {
        List<MaskedTexts.Text> texts = new ArrayList<>();
        for (int[] ids : sequences()) {
            texts.add(new MaskedTexts.Text(ids, IntStream.range(0, ids.length).toArray()));
        }
        return new Job(
                Task.MASKED_LM,
                "",
                OPTIONS.withLearningRate(0.1),
                new MaskedTexts(texts, MaskingRule.defaults(), 8001, 8000, 3));
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
