package xlmr.pipeline;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.function.IntConsumer;
import xlmr.backend.Backend;
import xlmr.checkpoint.CheckpointException;
import xlmr.checkpoint.JsonDocument;
import xlmr.data.EncodedExamples;
import xlmr.eval.Logits;
import xlmr.model.LoadedModel;
import xlmr.model.ModelLoader;
import xlmr.model.PoolingSettings;
import xlmr.model.TaskModel;
import xlmr.model.TextLimit;
import xlmr.model.XlmRobertaConfig;
import xlmr.tokenizer.Encoding;
import xlmr.tokenizer.EncodingOptions;
import xlmr.tokenizer.XlmRobertaTokenizer;
import xlmr.train.Inference;

/// Scores pairs of texts with a sequence classifier of one label that reads both together, as
/// CrossEncoder of sentence-transformers does: more exact than comparing embeddings, and as slow as
/// there are passages.
///
/// Immutable; one serves many threads.
public final class CrossEncoder implements Reranker {
    private static final String ACTIVATION = "activation_fn";

    private final Backend backend;
    private final Inference inference;
    private final XlmRobertaTokenizer tokenizer;
    private final int maxLength;
    private final boolean sigmoid;

    private CrossEncoder(
            Backend backend,
            TaskModel model,
            XlmRobertaTokenizer tokenizer,
            int maxLength,
            boolean sigmoid) {
        this.backend = backend;
        this.inference = new Inference(backend, model);
        this.tokenizer = tokenizer;
        this.maxLength = maxLength;
        this.sigmoid = sigmoid;
    }

    /// Whether a directory holds a sequence classifier, by its `config.json`.
    static boolean isFor(Path directory) {
        Path encoder = PoolingSettings.encoderDirectory(directory);
        return XlmRobertaConfig.read(encoder.resolve("config.json")).architectures().stream()
                .anyMatch(name -> name.endsWith("ForSequenceClassification"));
    }

    /// Opens a model directory.
    ///
    /// @param maxLength tokens at which a pair is cut, the longer text first; 0 for the model's own
    ///   limit
    /// @throws CheckpointException if the classifier has several labels, was never trained, or asks
    ///   for another activation than sigmoid or none
    public static CrossEncoder load(Path directory, Backend backend, int maxLength) {
        Path config = directory.resolve("config.json");
        LoadedModel<TaskModel> loaded =
                ModelLoader.sequenceClassifier(directory, null, ModelLoader.FROZEN, 0);
        TaskModel model = loaded.model();
        if (model.config().numLabels() != 1) {
            throw new CheckpointException(
                    config.toString(),
                    "a classifier of %d labels; a reranker has one"
                            .formatted(model.config().numLabels()),
                    "give a cross-encoder or an embedder");
        }
        if (!loaded.report().isComplete()) {
            throw new CheckpointException(
                    directory.toString(),
                    "the checkpoint has no trained classification head, its scores would be random",
                    "give a trained cross-encoder or an embedder");
        }
        boolean sigmoid = sigmoid(directory);
        model.linearWeights().forEach(weight -> backend.prepare(weight.value()));
        int most =
                Math.min(
                        model.config().maxTokens(),
                        TextLimit.read(directory).orElse(Integer.MAX_VALUE));
        return new CrossEncoder(
                backend,
                model,
                XlmRobertaTokenizer.load(directory),
                maxLength == 0 ? most : Math.min(most, maxLength),
                sigmoid);
    }

    /// What goes over the logit. sentence-transformers 6 has it in a file of its own, 4 in an
    /// object of `config.json`, and earlier ones in a field there.
    private static boolean sigmoid(Path directory) {
        Path own = directory.resolve(PoolingSettings.PROMPTS);
        ObjectNode fields = JsonDocument.read(directory.resolve("config.json"));
        List<JsonNode> places =
                List.of(
                        Files.isRegularFile(own)
                                ? JsonDocument.read(own).path(ACTIVATION)
                                : fields.path(""),
                        fields.path("sentence_transformers").path(ACTIVATION),
                        fields.path("sbert_ce_default_activation_function"));
        for (JsonNode place : places) {
            if (place.isTextual()) {
                String name = place.textValue();
                return switch (name.substring(name.lastIndexOf('.') + 1)) {
                    case "Sigmoid" -> true;
                    case "Identity" -> false;
                    default ->
                            throw new CheckpointException(
                                    directory.toString(),
                                    "activation function \"%s\" is not supported".formatted(name),
                                    "supported are Sigmoid and Identity");
                };
            }
        }
        return true;
    }

    @Override
    public String method() {
        return "cross-encoder, " + (sigmoid ? "sigmoid of the logit" : "the logit itself");
    }

    @Override
    public float[] scores(String query, List<String> passages, IntConsumer progress) {
        List<Encoding> pairs =
                tokenizer.encodeAllPairs(
                        Collections.nCopies(passages.size(), query),
                        passages,
                        EncodingOptions.defaults().withMaxLength(maxLength),
                        backend.threads());
        List<int[]> ids = pairs.stream().map(Encoding::ids).toList();
        float[][] logits = inference.logits(new EncodedExamples(ids, null), progress); // [M][1]
        float[] scores = new float[logits.length];
        for (int i = 0; i < scores.length; i++) {
            scores[i] = sigmoid ? (float) Logits.sigmoid(logits[i][0]) : logits[i][0];
        }
        return scores;
    }
}
