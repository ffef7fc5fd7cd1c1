package xlmr.pipeline;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.IntConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import xlmr.backend.Backend;
import xlmr.checkpoint.LoadReport;
import xlmr.data.EncodedExamples;
import xlmr.data.Example;
import xlmr.data.LabelSet;
import xlmr.eval.Coverage;
import xlmr.eval.EvaluationReport;
import xlmr.eval.WindowAggregation;
import xlmr.model.LoadedModel;
import xlmr.model.ModelLoader;
import xlmr.model.ProblemType;
import xlmr.model.Targets;
import xlmr.model.TaskModel;
import xlmr.model.XlmRobertaConfig;
import xlmr.tokenizer.Encoding;
import xlmr.tokenizer.XlmRobertaTokenizer;
import xlmr.train.Inference;

/// A fine-tuned classifier: text in, labels with probabilities and logits out.
///
/// ```java
/// try (Backend backend = Backends.create(2).backend()) {
///     TextClassifier classifier = TextClassifier.load(Path.of("my-model"), backend);
///     Prediction prediction = classifier.predict("Das war ein guter Tag.");
/// }
/// ```
///
/// Immutable; one classifier serves many threads.
public final class TextClassifier {
    private final Backend backend;
    private final TaskModel model;
    private final XlmRobertaTokenizer tokenizer;
    private final LoadReport report;
    private final Inference inference;
    private final int maxLength;
    private final @Nullable Windows windows;
    private final LogitsReading reading;

    /// How texts are read that are too long.
    private record Windows(int overlap, WindowAggregation aggregation) {}

    /// @param maxLength as in [#load(Path, Backend, int)]
    TextClassifier(
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
        this.windows = null;
        this.reading = new LogitsReading(model.config().problem(), model.config().labels(), null);
    }

    private TextClassifier(TextClassifier other, @Nullable Windows windows, LogitsReading reading) {
        this.backend = other.backend;
        this.model = other.model;
        this.report = other.report;
        this.tokenizer = other.tokenizer;
        this.inference = other.inference;
        this.maxLength = other.maxLength;
        this.windows = windows;
        this.reading = reading;
    }

    /// Opens a model directory with its own tokenizer; texts are cut at as many tokens as the model
    /// has positions.
    public static TextClassifier load(Path directory, Backend backend) {
        return load(directory, backend, 0);
    }

    /// Opens a model directory with its own tokenizer, which is read while the weights are made
    /// ready.
    ///
    /// @param maxLength tokens of the longest text; 0 or more than the model has positions: as many
    ///   as it has
    public static TextClassifier load(Path directory, Backend backend, int maxLength) {
        return load(
                directory,
                () -> ModelLoader.sequenceClassifier(directory, null, ModelLoader.FROZEN, 0),
                backend,
                maxLength);
    }

    /// Opens a base model with a low-rank adapter in PEFT's files, which is merged into it.
    ///
    /// @param base directory of the model that the adapter was trained on
    /// @param adapter directory with `adapter_config.json`
    /// @param maxLength as in [#load(Path, Backend, int)]
    /// @throws xlmr.checkpoint.CheckpointException if the adapter does not fit the base
    public static TextClassifier loadAdapted(
            Path base, Path adapter, Backend backend, int maxLength) {
        return load(base, () -> AdaptedModels.load(base, adapter), backend, maxLength);
    }

    private static TextClassifier load(
            Path directory,
            Supplier<LoadedModel<TaskModel>> model,
            Backend backend,
            int maxLength) {
        CompletableFuture<XlmRobertaTokenizer> tokenizer =
                CompletableFuture.supplyAsync(() -> XlmRobertaTokenizer.load(directory));
        LoadedModel<TaskModel> loaded = model.get();
        loaded.model().linearWeights().forEach(weight -> backend.prepare(weight.value()));
        try {
            return new TextClassifier(backend, loaded, tokenizer.join(), maxLength);
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        }
    }

    /// Opens a model directory with a tokenizer that is already open.
    ///
    /// @param maxLength as in [#load(Path, Backend, int)]
    public static TextClassifier load(
            Path directory, XlmRobertaTokenizer tokenizer, Backend backend, int maxLength) {
        return new TextClassifier(
                backend,
                ModelLoader.sequenceClassifier(directory, null, ModelLoader.FROZEN, 0),
                tokenizer,
                maxLength);
    }

    /// The same, reading texts that are too long in overlapping windows instead of cutting them. Of
    /// a pair the longer text is read so, with the whole other text in each window.
    ///
    /// @param overlap tokens that a window repeats of the one before it
    /// @param aggregation how the windows' scores are brought together; a number that a regression
    ///   gives has no probabilities, so there it is by logits
    /// @throws IllegalArgumentException if the overlap is negative or leaves no room for more
    public TextClassifier withWindows(int overlap, WindowAggregation aggregation) {
        if (overlap < 0 || overlap + 2 >= maxLength) {
            throw new IllegalArgumentException(
                    "windows: expected an overlap from 0 to %d in windows of %d tokens, found %d"
                            .formatted(Math.max(0, maxLength - 3), maxLength, overlap));
        }
        boolean probabilities =
                switch (aggregation) {
                    case MEAN_PROBABILITIES, MAX_PROBABILITIES -> true;
                    case MEAN_LOGITS, MAX_LOGITS -> false;
                };
        if (probabilities && problem() == ProblemType.REGRESSION) {
            throw new IllegalArgumentException(
                    "windows: a regression has no probabilities to bring together; use the mean or"
                            + " the largest of the logits");
        }
        return new TextClassifier(this, new Windows(overlap, aggregation), reading);
    }

    /// The same with probabilities and decisions as a calibration says; logits stay as they are.
    ///
    /// @param calibration as [ModelCalibration#find] gives it for a model's directory
    /// @throws IllegalArgumentException if it was made for other weights, or answers are numbers
    public TextClassifier withCalibration(ModelCalibration calibration) {
        if (problem() == ProblemType.REGRESSION) {
            throw new IllegalArgumentException(
                    "calibration: a regression has no probabilities to calibrate");
        }
        calibration.requireFit(model);
        return new TextClassifier(
                this, windows, new LogitsReading(problem(), config().labels(), calibration));
    }

    /// The calibration that it applies, or null.
    public @Nullable ModelCalibration calibration() {
        return reading.calibration();
    }

    /// Tokens of the longest text, or of a window.
    public int maxLength() {
        return maxLength;
    }

    /// What one text is.
    public Prediction predict(String text) {
        return predictAll(List.of(Example.of(text)), done -> {}).getFirst();
    }

    /// What many texts are, in their order.
    public List<Prediction> predict(List<String> texts) {
        return predictAll(texts.stream().map(Example::of).toList(), done -> {});
    }

    /// What many texts or pairs are, in their order.
    ///
    /// @param progress is told the number of texts done, or of windows where it reads them
    public List<Prediction> predictAll(List<Example> examples, IntConsumer progress) {
        if (windows != null) {
            return predictWindows(examples, windows, progress);
        }
        List<Encoding> encodings = encode(examples);
        float[][] logits = logits(encodings, progress);
        List<Prediction> predictions = new ArrayList<>(logits.length);
        for (int b = 0; b < logits.length; b++) {
            predictions.add(prediction(examples.get(b), encodings.get(b), logits[b]));
        }
        return predictions;
    }

    /// What logits say of a text.
    Prediction prediction(Example example, Encoding read, float... logits) {
        return reading.prediction(
                example.text(), doubles(logits), read.length(), read.truncatedTokens(), List.of());
    }

    private List<Prediction> predictWindows(
            List<Example> examples, Windows whole, IntConsumer progress) {
        ExampleWindows read = windows(examples, whole);
        float[][] logits = logits(read.windows(), progress);
        List<Prediction> predictions = new ArrayList<>(examples.size());
        for (int b = 0; b < examples.size(); b++) {
            WindowAggregation.Result result = together(read, b, logits, whole);
            boolean second = examples.get(b).textPair() != null && read.secondIsCut(b);
            List<WindowPrediction> parts = new ArrayList<>();
            for (int w = 0; w < result.windows().size() && result.windows().size() > 1; w++) {
                double[] row = result.windows().get(w).logits();
                ExampleWindows.Place place = ExampleWindows.place(read.of(b).get(w), second);
                parts.add(
                        new WindowPrediction(
                                place.sequence(),
                                place.start(),
                                place.end(),
                                result.windows().get(w).tokens(),
                                reading.byLabel(row),
                                LogitsReading.boxed(row)));
            }
            int tokens = Arrays.stream(read.tokens(b)).sum();
            predictions.add(
                    reading.prediction(examples.get(b).text(), result.logits(), tokens, 0, parts));
        }
        return predictions;
    }

    private ExampleWindows windows(List<Example> examples, Windows reading) {
        TextEncoder encoder = new TextEncoder(tokenizer, maxLength, backend.threads());
        return ExampleWindows.of(examples, encoder, reading.overlap());
    }

    /// @param logits of all windows
    private WindowAggregation.Result together(
            ExampleWindows read, int example, float[][] logits, Windows reading) {
        int first = read.firsts()[example];
        double[][] rows = new double[read.of(example).size()][];
        Arrays.setAll(rows, w -> doubles(logits[first + w]));
        WindowAggregation.Activation activation =
                problem() == ProblemType.MULTI_LABEL_CLASSIFICATION
                        ? WindowAggregation.Activation.SIGMOID
                        : WindowAggregation.Activation.SOFTMAX;
        return reading.aggregation().of(rows, read.tokens(example), activation);
    }

    /// The logits of each text, which are those of all its windows together. `[M][K]`
    private float[][] wholeLogits(List<Example> examples, Windows reading, IntConsumer progress) {
        ExampleWindows read = windows(examples, reading);
        float[][] logits = logits(read.windows(), progress);
        float[][] whole = new float[examples.size()][];
        for (int b = 0; b < whole.length; b++) {
            double[] row = together(read, b, logits, reading).logits();
            whole[b] = new float[row.length];
            for (int k = 0; k < row.length; k++) {
                whole[b][k] = (float) row[k];
            }
        }
        return whole;
    }

    /// How well it does on labelled texts.
    ///
    /// @throws xlmr.data.DataException if a label is not one of the model's
    public EvaluationReport evaluate(List<Example> examples, IntConsumer progress) {
        targets(examples); // an unknown label is refused before the work
        return report(examples, logitsOf(examples, progress));
    }

    /// Logits that [#logitsOf] gave, judged against the labels of their texts.
    ///
    /// @throws xlmr.data.DataException if a label is not one of the model's
    public EvaluationReport report(List<Example> examples, float[][] logits) {
        return reading.report(logits, targets(examples));
    }

    /// How many texts it answers, and how many of these rightly, if its calibration has it abstain;
    /// else empty.
    ///
    /// @param logits of the texts, as [#logitsOf] gives them
    public Optional<Coverage> coverage(List<Example> examples, float[][] logits) {
        return reading.coverage(logits, targets(examples));
    }

    /// The labels of texts as the model numbers them.
    ///
    /// @throws xlmr.data.DataException if a label is not one of the model's
    public Targets.OfSequences targets(List<Example> examples) {
        return LabelledTargets.of(examples, LabelSet.of(config().labels()), problem());
    }

    /// The rows of numbers right before softmax of texts or pairs, in windows if it reads windows.
    /// `[M][K]`
    ///
    /// @param progress as in [#predictAll]
    public float[][] logitsOf(List<Example> examples, IntConsumer progress) {
        return windows == null
                ? logits(encode(examples), progress)
                : wholeLogits(examples, windows, progress);
    }

    /// The rows of numbers right before softmax. `[M][K]`
    public float[][] logits(List<Encoding> encodings, IntConsumer progress) {
        return inference.logits(examples(encodings), progress);
    }

    /// The vectors right before the head. `[M][C]`
    public float[][] features(List<Encoding> encodings, IntConsumer progress) {
        return inference.features(examples(encodings), progress);
    }

    /// Texts as the model reads them.
    public List<Encoding> encode(List<Example> examples) {
        return new TextEncoder(tokenizer, maxLength, backend.threads()).encode(examples);
    }

    /// The model's configuration, its labels among it.
    public XlmRobertaConfig config() {
        return model.config();
    }

    /// The network.
    public TaskModel model() {
        return model;
    }

    /// What became of the checkpoint's arrays: a head reported as new has not been trained.
    public LoadReport report() {
        return report;
    }

    /// The device.
    Backend backend() {
        return backend;
    }

    /// How texts become tokens.
    public XlmRobertaTokenizer tokenizer() {
        return tokenizer;
    }

    LogitsReading reading() {
        return reading;
    }

    ExplainedModel explained() {
        return new ExplainedModel(backend, model, tokenizer, inference);
    }

    /// How logits are read.
    public ProblemType problem() {
        return config().problem();
    }

    private static EncodedExamples examples(List<Encoding> encodings) {
        return new EncodedExamples(encodings.stream().map(Encoding::ids).toList(), null);
    }

    private static double[] doubles(float[] row) {
        double[] values = new double[row.length];
        Arrays.setAll(values, k -> row[k]);
        return values;
    }
}
