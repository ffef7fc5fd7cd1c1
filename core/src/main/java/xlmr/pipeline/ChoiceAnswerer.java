package xlmr.pipeline;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import xlmr.backend.Backend;
import xlmr.checkpoint.LoadReport;
import xlmr.data.ChoiceQuestion;
import xlmr.eval.ChoiceReport;
import xlmr.eval.Logits;
import xlmr.eval.TemperatureFit;
import xlmr.model.LoadedModel;
import xlmr.model.Task;
import xlmr.model.TaskModel;
import xlmr.model.XlmRobertaConfig;
import xlmr.tokenizer.Encoding;
import xlmr.tokenizer.XlmRobertaTokenizer;
import xlmr.train.Inference;

/// Chooses one of several texts that go with another: multiple choice.
///
/// ```java
/// ChoiceAnswerer answerer = ChoiceAnswerer.load(Path.of("my-model"), backend);
/// ChosenAnswer answer = answerer.answer("The tap was open.", "What happened?",
///         List.of("Water flowed.", "The train left."));
/// ```
///
/// Immutable; one answerer serves many threads.
public final class ChoiceAnswerer {
    private final Backend backend;
    private final TaskModel model;
    private final XlmRobertaTokenizer tokenizer;
    private final LoadReport report;
    private final Inference inference;
    private final int maxLength;
    private final @Nullable ModelCalibration calibration;

    private ChoiceAnswerer(
            Backend backend,
            LoadedModel<TaskModel> loaded,
            XlmRobertaTokenizer tokenizer,
            int maxLength) {
        this.backend = backend;
        this.model = loaded.model();
        this.report = loaded.report();
        this.tokenizer = tokenizer;
        this.inference = new Inference(backend, model);
        int most = model.config().maxTokens();
        this.maxLength = maxLength <= 0 ? most : Math.min(most, maxLength);
        this.calibration = null;
    }

    private ChoiceAnswerer(ChoiceAnswerer other, ModelCalibration calibration) {
        this.backend = other.backend;
        this.model = other.model;
        this.tokenizer = other.tokenizer;
        this.report = other.report;
        this.inference = other.inference;
        this.maxLength = other.maxLength;
        this.calibration = calibration;
    }

    /// Opens a model directory; context and choice are cut at as many tokens as the model has
    /// positions.
    public static ChoiceAnswerer load(Path directory, Backend backend) {
        return load(directory, backend, 0);
    }

    /// Opens a model directory.
    ///
    /// @param maxLength tokens of context and choice together; 0 or more than the model has
    ///   positions: as many as it has
    public static ChoiceAnswerer load(Path directory, Backend backend, int maxLength) {
        return load(directory, null, backend, maxLength);
    }

    /// Opens a base model with a low-rank adapter in PEFT's files, which is merged into it.
    ///
    /// @param base directory of the model that the adapter was trained on
    /// @param adapter directory with `adapter_config.json`
    /// @param maxLength as in [#load(Path, Backend, int)]
    /// @throws xlmr.checkpoint.CheckpointException if the adapter does not fit the base, or is for
    ///   another task
    public static ChoiceAnswerer loadAdapted(
            Path base, Path adapter, Backend backend, int maxLength) {
        return load(base, adapter, backend, maxLength);
    }

    private static ChoiceAnswerer load(
            Path directory, @Nullable Path adapter, Backend backend, int maxLength) {
        LoadedModel<TaskModel> loaded =
                AdaptedModels.load(Task.MULTIPLE_CHOICE, directory, adapter);
        loaded.model().linearWeights().forEach(weight -> backend.prepare(weight.value()));
        return new ChoiceAnswerer(backend, loaded, XlmRobertaTokenizer.load(directory), maxLength);
    }

    /// The same with probabilities as a calibration says; which choice it takes stays as it is.
    ///
    /// @param value as [ModelCalibration#find] gives it for a model's directory
    /// @throws IllegalArgumentException if it was made for other weights
    public ChoiceAnswerer withCalibration(ModelCalibration value) {
        value.requireFit(model);
        return new ChoiceAnswerer(this, value);
    }

    /// Chooses the continuation of a context.
    ///
    /// @param question stands before each choice; empty for none
    /// @param choices two or more
    public ChosenAnswer answer(String context, String question, List<String> choices) {
        return answerAll(List.of(ChoiceQuestion.of(context, question, choices)), done -> {})
                .getFirst();
    }

    /// Answers many questions, in their order.
    ///
    /// @param progress is told the number of questions done
    public List<ChosenAnswer> answerAll(List<ChoiceQuestion> questions, IntConsumer progress) {
        ChoiceSequences sequences = sequences(questions);
        float[][] logits = inference.logits(sequences.examples(null), progress);
        List<ChosenAnswer> answers = new ArrayList<>(logits.length);
        for (int q = 0; q < logits.length; q++) {
            answers.add(answer(questions.get(q), logits[q], sequences.truncated()[q]));
        }
        return answers;
    }

    /// How well it answers questions whose answer is known.
    ///
    /// @param progress is told the number of questions done
    /// @throws xlmr.data.DataException if a question's right choice is not given
    public ChoiceReport evaluate(List<ChoiceQuestion> questions, IntConsumer progress) {
        List<Integer> all = IntStream.range(0, questions.size()).boxed().toList();
        return judge(questions, progress).apply(all);
    }

    /// Reads questions whose answer is known once, to judge any of the answers afterwards: all, or
    /// group by group.
    ///
    /// @param progress is told the number of questions done
    /// @return the report of some of the questions, by their places
    /// @throws xlmr.data.DataException if a question's right choice is not given
    public Function<List<Integer>, ChoiceReport> judge(
            List<ChoiceQuestion> questions, IntConsumer progress) {
        int[] labels = ChoiceSequences.targets(questions).labels(); // refused before the work
        double[][] scaled = TemperatureFit.divided(logits(questions, progress), temperature());
        return rows ->
                ChoiceReport.of(
                        rows.stream().map(q -> scaled[q]).toArray(double[][]::new),
                        rows.stream().mapToInt(q -> labels[q]).toArray());
    }

    /// The numbers of the choices of each question, before temperature and softmax. `[M][choices]`
    double[][] logits(List<ChoiceQuestion> questions, IntConsumer progress) {
        return Logits.toDouble(inference.logits(sequences(questions).examples(null), progress));
    }

    private double temperature() {
        return calibration == null ? 1 : calibration.temperature();
    }

    ExplainedModel explained() {
        return new ExplainedModel(backend, model, tokenizer, inference);
    }

    /// A choice of a question as the model reads it.
    Encoding encode(ChoiceQuestion question, int choice) {
        return tokenizer
                .encodeAllPairs(
                        List.of(question.context()),
                        List.of(question.continuation(choice)),
                        ChoiceSequences.options(maxLength),
                        1)
                .getFirst();
    }

    /// The network.
    public TaskModel model() {
        return model;
    }

    /// What became of the checkpoint's arrays: a head reported as new answers at random.
    public LoadReport report() {
        return report;
    }

    /// The model's configuration.
    public XlmRobertaConfig config() {
        return model.config();
    }

    private ChoiceSequences sequences(List<ChoiceQuestion> questions) {
        return ChoiceSequences.of(questions, tokenizer, maxLength, backend.threads());
    }

    private ChosenAnswer answer(ChoiceQuestion question, float[] logits, int truncated) {
        double[] row = new double[logits.length];
        List<Float> boxed = new ArrayList<>(logits.length);
        for (int k = 0; k < row.length; k++) {
            row[k] = logits[k];
            boxed.add(logits[k]);
        }
        double[] scaled = TemperatureFit.divided(new double[][] {row}, temperature())[0];
        List<Double> probabilities = Arrays.stream(Logits.softmax(scaled)).boxed().toList();
        return new ChosenAnswer(question, Logits.argmax(row), probabilities, boxed, truncated);
    }
}
