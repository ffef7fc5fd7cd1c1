package xlmr.pipeline;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.IntConsumer;
import java.util.stream.Collectors;
import xlmr.backend.Backend;
import xlmr.checkpoint.LoadReport;
import xlmr.data.EncodedExamples;
import xlmr.data.Example;
import xlmr.data.LabelSet;
import xlmr.eval.EvaluationReport;
import xlmr.eval.Logits;
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
        CompletableFuture<XlmRobertaTokenizer> tokenizer =
                CompletableFuture.supplyAsync(() -> XlmRobertaTokenizer.load(directory));
        LoadedModel<TaskModel> loaded =
                ModelLoader.sequenceClassifier(directory, null, ModelLoader.FROZEN, 0);
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
    /// @param progress is told the number of texts done
    public List<Prediction> predictAll(List<Example> examples, IntConsumer progress) {
        List<Encoding> encodings = encode(examples);
        float[][] logits = logits(encodings, progress);
        List<Prediction> predictions = new ArrayList<>(logits.length);
        for (int b = 0; b < logits.length; b++) {
            predictions.add(prediction(examples.get(b).text(), encodings.get(b), logits[b]));
        }
        return predictions;
    }

    /// How well it does on labelled texts.
    ///
    /// @throws xlmr.data.DataException if a label is not one of the model's
    public EvaluationReport evaluate(List<Example> examples, IntConsumer progress) {
        LabelSet labels = LabelSet.of(config().labels());
        Targets.OfSequences targets = LabelledTargets.of(examples, labels, problem());
        return Evaluation.report(logits(encode(examples), progress), targets, labels.names());
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

    private Prediction prediction(String text, Encoding encoding, float[] logits) {
        List<String> labels = config().labels();
        double[] row = new double[logits.length];
        List<Float> boxed = new ArrayList<>(logits.length);
        for (int k = 0; k < row.length; k++) {
            row[k] = logits[k];
            boxed.add(logits[k]);
        }
        double[] probabilities =
                switch (problem()) {
                    case SINGLE_LABEL_CLASSIFICATION -> Logits.softmax(row);
                    case MULTI_LABEL_CLASSIFICATION -> sigmoids(row);
                    case REGRESSION -> new double[0];
                };
        Map<String, Double> byLabel = new LinkedHashMap<>();
        for (int k = 0; k < probabilities.length; k++) {
            byLabel.put(labels.get(k), probabilities[k]);
        }
        String label =
                switch (problem()) {
                    case SINGLE_LABEL_CLASSIFICATION -> labels.get(Logits.argmax(row));
                    case MULTI_LABEL_CLASSIFICATION ->
                            byLabel.entrySet().stream()
                                    .filter(entry -> entry.getValue() > 0.5)
                                    .map(Map.Entry::getKey)
                                    .collect(Collectors.joining("|"));
                    case REGRESSION -> Float.toString(logits[0]);
                };
        return new Prediction(
                text,
                problem(),
                label,
                Collections.unmodifiableMap(byLabel),
                List.copyOf(boxed),
                encoding.ids().length,
                encoding.truncatedTokens());
    }

    private static double[] sigmoids(double[] row) {
        double[] probabilities = new double[row.length];
        for (int k = 0; k < row.length; k++) {
            probabilities[k] = Logits.sigmoid(row[k]);
        }
        return probabilities;
    }
}
