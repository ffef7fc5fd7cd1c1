package xlmr.golden;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;
import xlmr.autograd.KeptActivations;
import xlmr.backend.CrossEntropy;
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
import xlmr.model.XlmRobertaConfig;
import xlmr.train.Batching;
import xlmr.train.ClassWeights;
import xlmr.train.LossFunction;
import xlmr.train.LossOptions;
import xlmr.train.TrainingOptions;
import xlmr.train.Tune;

/// What is trained on one and on several ranks.
///
/// @param head word of the head, or empty for the task's own
record DataParallelJob(Task task, String head, TrainingOptions options, TrainingExamples examples) {
    static final int EXAMPLES = 10;

    private static final Path START =
            Path.of(System.getProperty("xlmr.repository", ".."))
                    .resolve("cli/src/main/resources/xlmr/embedded/model");
    private static final int CLASSES = 3;

    private static final TrainingOptions OPTIONS =
            TrainingOptions.defaults()
                    .withEpochs(1)
                    .withBatching(new Batching(5, 1, false))
                    .withLearningRate(0.3);

    /// One of every kind of loss, and of every way in which a training differs.
    static Stream<Arguments> all() {
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
                job("an LSTM as head", Task.SEQUENCE_CLASSIFICATION, "bilstm:4", OPTIONS, classes),
                job("an LSTM for tokens", Task.TOKEN_CLASSIFICATION, "bilstm:4", OPTIONS, tokens()),
                job("all layers", Task.SEQUENCE_CLASSIFICATION, "mix:roberta", OPTIONS, classes),
                job(
                        "attention as head",
                        Task.SEQUENCE_CLASSIFICATION,
                        "attention",
                        OPTIONS,
                        classes),
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

    /// A plain one.
    static DataParallelJob usual() {
        return new DataParallelJob(
                Task.SEQUENCE_CLASSIFICATION,
                "",
                OPTIONS,
                new EncodedExamples(sequences(), classes()));
    }

    /// The same with other options.
    DataParallelJob with(TrainingOptions other) {
        return new DataParallelJob(task, head, other, examples);
    }

    /// The same with other targets.
    DataParallelJob with(Targets other) {
        return new DataParallelJob(task, head, options, new EncodedExamples(sequences(), other));
    }

    /// A new model with the weights that all begin with.
    TaskModel model() {
        XlmRobertaConfig config =
                XlmRobertaConfig.read(START.resolve("config.json"))
                        .with("hidden_dropout_prob", 0.2)
                        .with("attention_probs_dropout_prob", 0.2)
                        .withArchitecture(task.architecture());
        config =
                task == Task.SEQUENCE_CLASSIFICATION
                        ? config.forClassification(labels(examples), problem(examples))
                        : config.withLabels(List.of("a", "b", "c"));
        config = head.isEmpty() ? config : config.withHead(HeadSpec.parse(head));
        TaskModel model =
                ModelLoader.task(task, START, config, options.tune().trainable(config), 0).model();
        return options.tune() instanceof Tune.Lora(var adapters)
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
                name,
                new DataParallelJob(
                        task, head, options, new EncodedExamples(sequences(), targets)));
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

    private static DataParallelJob choices() {
        int[] starts = {0, 2, 5, 7, EXAMPLES};
        int[] counts = {2, 3, 2, 3};
        return new DataParallelJob(
                Task.MULTIPLE_CHOICE,
                "",
                OPTIONS,
                new EncodedExamples(
                        sequences(), starts, new Targets.Choices(new int[] {0, 2, 1, 1}, counts)));
    }

    private static DataParallelJob masked() {
        List<MaskedTexts.Text> texts = new ArrayList<>();
        for (int[] ids : sequences()) {
            texts.add(new MaskedTexts.Text(ids, IntStream.range(0, ids.length).toArray()));
        }
        return new DataParallelJob(
                Task.MASKED_LM,
                "",
                OPTIONS.withLearningRate(0.1),
                new MaskedTexts(texts, MaskingRule.defaults(), 8001, 8000, 3));
    }
}
