package xlmr.pipeline;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.IntConsumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import xlmr.backend.Backend;
import xlmr.checkpoint.LoadReport;
import xlmr.data.EncodedExamples;
import xlmr.data.Example;
import xlmr.data.LabelSet;
import xlmr.eval.EvaluationReport;
import xlmr.eval.Logits;
import xlmr.eval.WindowAggregation;
import xlmr.model.LoadedModel;
import xlmr.model.ModelLoader;
import xlmr.model.ProblemType;
import xlmr.model.Targets;
import xlmr.model.TaskModel;
import xlmr.model.XlmRobertaConfig;
import xlmr.tokenizer.Encoding;
import xlmr.tokenizer.XlmRobertaTokenizer;
import xlmr.train.Evaluation;
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

    /// How texts are read that are too long.
    private record Windows(int overlap, WindowAggregation aggregation) {}

    private TextClassifier(
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
    }

    private TextClassifier(TextClassifier other, Windows windows) {
        this.backend = other.backend;
        this.model = other.model;
        this.report = other.report;
        this.tokenizer = other.tokenizer;
        this.inference = other.inference;
        this.maxLength = other.maxLength;
        this.windows = windows;
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
        return new TextClassifier(this, new Windows(overlap, aggregation));
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
            Encoding read = encodings.get(b);
            predictions.add(
                    prediction(
                            examples.get(b).text(),
                            doubles(logits[b]),
                            read.length(),
                            read.truncatedTokens(),
                            List.of()));
        }
        return predictions;
    }

    private List<Prediction> predictWindows(
            List<Example> examples, Windows reading, IntConsumer progress) {
        ExampleWindows read = windows(examples, reading);
        float[][] logits = logits(read.windows(), progress);
        List<Prediction> predictions = new ArrayList<>(examples.size());
        for (int b = 0; b < examples.size(); b++) {
            WindowAggregation.Result result = together(read, b, logits, reading);
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
                                byLabel(probabilities(row)),
                                boxed(row)));
            }
            int tokens = Arrays.stream(read.tokens(b)).sum();
            predictions.add(prediction(examples.get(b).text(), result.logits(), tokens, 0, parts));
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
        LabelSet labels = LabelSet.of(config().labels());
        Targets.OfSequences targets = LabelledTargets.of(examples, labels, problem());
        float[][] logits =
                windows == null
                        ? logits(encode(examples), progress)
                        : wholeLogits(examples, windows, progress);
        return Evaluation.report(logits, targets, labels.names());
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

    /// How logits are read.
    public ProblemType problem() {
        return config().problem();
    }

    private static EncodedExamples examples(List<Encoding> encodings) {
        return new EncodedExamples(encodings.stream().map(Encoding::ids).toList(), null);
    }

    private Prediction prediction(
            String text, double[] row, int tokens, int truncated, List<WindowPrediction> parts) {
        Map<String, Double> byLabel = byLabel(probabilities(row));
        String label =
                switch (problem()) {
                    case SINGLE_LABEL_CLASSIFICATION -> config().labels().get(Logits.argmax(row));
                    case MULTI_LABEL_CLASSIFICATION ->
                            byLabel.entrySet().stream()
                                    .filter(entry -> entry.getValue() > 0.5)
                                    .map(Map.Entry::getKey)
                                    .collect(Collectors.joining("|"));
                    case REGRESSION -> Float.toString((float) row[0]);
                };
        return new Prediction(
                text, problem(), label, byLabel, boxed(row), tokens, truncated, List.copyOf(parts));
    }

    private double[] probabilities(double[] row) {
        return switch (problem()) {
            case SINGLE_LABEL_CLASSIFICATION -> Logits.softmax(row);
            case MULTI_LABEL_CLASSIFICATION -> sigmoids(row);
            case REGRESSION -> new double[0];
        };
    }

    private Map<String, Double> byLabel(double[] probabilities) {
        Map<String, Double> byLabel = new LinkedHashMap<>();
        for (int k = 0; k < probabilities.length; k++) {
            byLabel.put(config().labels().get(k), probabilities[k]);
        }
        return Collections.unmodifiableMap(byLabel);
    }

    private static double[] doubles(float[] row) {
        double[] values = new double[row.length];
        Arrays.setAll(values, k -> row[k]);
        return values;
    }

    private static List<Float> boxed(double[] row) {
        return Arrays.stream(row).mapToObj(value -> (float) value).toList();
    }

    private static double[] sigmoids(double[] row) {
        double[] probabilities = new double[row.length];
        for (int k = 0; k < row.length; k++) {
            probabilities[k] = Logits.sigmoid(row[k]);
        }
        return probabilities;
    }
}
