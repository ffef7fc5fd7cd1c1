package xlmr.pipeline;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.IntConsumer;
import xlmr.backend.Backend;
import xlmr.checkpoint.CheckpointException;
import xlmr.data.EncodedExamples;
import xlmr.eval.Logits;
import xlmr.model.LoadedModel;
import xlmr.model.ModelLoader;
import xlmr.model.TaskModel;
import xlmr.tokenizer.Encoding;
import xlmr.tokenizer.EncodingOptions;
import xlmr.tokenizer.Truncation;
import xlmr.tokenizer.XlmRobertaTokenizer;
import xlmr.train.Inference;

/// Classifies texts by labels that it was never trained for: a model of natural language inference
/// says how far each label, put into a sentence, follows from the text. The scores are those of
/// ZeroShotClassificationPipeline of transformers.
///
/// ```java
/// ZeroShotClassifier classifier = ZeroShotClassifier.load(Path.of("my-nli-model"), backend);
/// ZeroShotPrediction prediction = classifier.predict("Der Zug hat Verspätung.",
///         ZeroShotLabels.of("travel", "money").withHypothesis("This text is about {}."));
/// ```
///
/// Immutable; one classifier serves many threads.
public final class ZeroShotClassifier {
    /// `<s> text </s></s> hypothesis </s>`
    private static final int SPECIAL_TOKENS = 4;

    private final XlmRobertaTokenizer tokenizer;
    private final Inference inference;
    private final EntailmentLabels entailment;
    private final int maxLength;
    private final int threads;

    private ZeroShotClassifier(
            Backend backend,
            TaskModel model,
            XlmRobertaTokenizer tokenizer,
            EntailmentLabels entailment,
            int maxLength) {
        this.tokenizer = tokenizer;
        this.inference = new Inference(backend, model);
        this.entailment = entailment;
        int most = model.config().maxTokens();
        this.maxLength = maxLength <= 0 ? most : Math.min(most, maxLength);
        this.threads = backend.threads();
    }

    /// Opens a model directory; text and hypothesis are cut at as many tokens as the model has
    /// positions.
    public static ZeroShotClassifier load(Path directory, Backend backend) {
        return load(directory, backend, 0);
    }

    /// Opens a model directory.
    ///
    /// @param maxLength tokens of text and hypothesis together; 0 or more than the model has
    ///   positions: as many as it has
    /// @throws CheckpointException if it is no trained classifier with a label entailment
    public static ZeroShotClassifier load(Path directory, Backend backend, int maxLength) {
        LoadedModel<TaskModel> loaded =
                ModelLoader.sequenceClassifier(directory, null, ModelLoader.FROZEN, 0);
        TaskModel model = loaded.model();
        if (!loaded.report().isComplete()) {
            throw new CheckpointException(
                    directory.toString(),
                    "the checkpoint has no trained classification head, its scores would be random",
                    "zero-shot classification takes a model trained on natural language"
                            + " inference");
        }
        EntailmentLabels entailment = EntailmentLabels.of(model.config(), directory);
        model.linearWeights().forEach(weight -> backend.prepare(weight.value()));
        return new ZeroShotClassifier(
                backend, model, XlmRobertaTokenizer.load(directory), entailment, maxLength);
    }

    /// What one text is.
    public ZeroShotPrediction predict(String text, ZeroShotLabels labels) {
        return predictAll(List.of(text), labels, done -> {}).getFirst();
    }

    /// What many texts are, in their order.
    ///
    /// @param progress is told the number of pairs done; there are as many as texts times labels
    /// @throws IllegalArgumentException if a hypothesis leaves no room for a text
    public List<ZeroShotPrediction> predictAll(
            List<String> texts, ZeroShotLabels labels, IntConsumer progress) {
        requireRoom(labels);
        List<String> premises = new ArrayList<>();
        List<String> hypotheses = new ArrayList<>();
        for (String text : texts) {
            for (String name : labels.names()) {
                premises.add(text);
                hypotheses.add(labels.hypothesisOf(name));
            }
        }
        List<Encoding> pairs =
                tokenizer.encodeAllPairs(
                        premises,
                        hypotheses,
                        EncodingOptions.defaults()
                                .withMaxLength(maxLength)
                                .withTruncation(Truncation.ONLY_FIRST),
                        threads);
        List<int[]> ids = pairs.stream().map(Encoding::ids).toList();
        float[][] logits = inference.logits(new EncodedExamples(ids, null), progress); // [M][K]
        int count = labels.names().size();
        List<ZeroShotPrediction> predictions = new ArrayList<>(texts.size());
        for (int t = 0; t < texts.size(); t++) {
            int truncated = 0;
            float[][] rows = new float[count][];
            for (int k = 0; k < count; k++) {
                rows[k] = logits[t * count + k];
                truncated += pairs.get(t * count + k).truncatedTokens();
            }
            predictions.add(
                    new ZeroShotPrediction(texts.get(t), candidates(rows, labels), truncated));
        }
        return predictions;
    }

    private void requireRoom(ZeroShotLabels labels) {
        EncodingOptions bare = EncodingOptions.defaults().withSpecialTokens(false);
        for (String name : labels.names()) {
            String hypothesis = labels.hypothesisOf(name);
            int tokens = tokenizer.encode(hypothesis, bare).length();
            if (tokens + SPECIAL_TOKENS >= maxLength) {
                throw new IllegalArgumentException(
                        ("hypothesis '%s': %d tokens and %d special ones leave no room for a text"
                                        + " in %d; shorten it or allow a larger maximum length")
                                .formatted(hypothesis, tokens, SPECIAL_TOKENS, maxLength));
            }
        }
    }

    /// @param rows the logits of each label
    private List<ZeroShotPrediction.Candidate> candidates(float[][] rows, ZeroShotLabels labels) {
        double[] entailed = new double[rows.length];
        for (int k = 0; k < rows.length; k++) {
            entailed[k] = rows[k][entailment.entailment()];
        }
        // one label has nothing to be compared with: it is judged by itself, as in the reference
        boolean alone = labels.several() || rows.length == 1;
        double[] scores = alone ? new double[rows.length] : Logits.softmax(entailed);
        List<ZeroShotPrediction.Candidate> candidates = new ArrayList<>(rows.length);
        for (int k = 0; k < rows.length; k++) {
            if (alone) {
                scores[k] = Logits.sigmoid(entailed[k] - rows[k][entailment.contradiction()]);
            }
            List<Float> logits = new ArrayList<>(rows[k].length);
            for (float logit : rows[k]) {
                logits.add(logit);
            }
            candidates.add(
                    new ZeroShotPrediction.Candidate(labels.names().get(k), scores[k], logits));
        }
        candidates.sort(Comparator.comparingDouble(ZeroShotPrediction.Candidate::score).reversed());
        return candidates;
    }
}
