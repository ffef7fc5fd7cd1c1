package xlmr.model;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;
import xlmr.backend.Activation;
import xlmr.checkpoint.Checkpoint;
import xlmr.checkpoint.CheckpointException;
import xlmr.checkpoint.JsonDocument;
import xlmr.tensor.DType;

/// A model's `config.json`: sizes, labels and what else the weights do not say. Names and defaults
/// are those of the reference (transformers, configuration_xlm_roberta.py); note that the defaults
/// are not the values of xlm-roberta-base.
///
/// @param modelType `xlm-roberta`, or `roberta` or `camembert`, which are the same network, or
///   `xlm-roberta-xl`, which normalizes elsewhere; see [#layerNormOrder]
/// @param architectures classes of the reference that the checkpoint was saved from
/// @param vocabSize V, rows of the word embedding
/// @param hiddenSize C
/// @param numHiddenLayers L; 0 leaves the embeddings alone
/// @param numAttentionHeads H, a divisor of C
/// @param intermediateSize F
/// @param hiddenAct name of the feed-forward's activation in the reference; see [#activation]
/// @param hiddenDropoutProb dropout of embeddings and layer outputs
/// @param attentionProbsDropoutProb dropout of attention probabilities
/// @param classifierDropout dropout of the head, or null for that of the hidden states; see
///   [#headDropout]
/// @param maxPositionEmbeddings P, rows of the position embedding; see [#maxTokens]
/// @param typeVocabSize rows of the token type embedding
/// @param initializerRange standard deviation of new weights
/// @param layerNormEps added to the variance
/// @param padTokenId id of the padding token; positions count from the next one
/// @param bosTokenId id of `<s>`
/// @param eosTokenId id of `</s>`
/// @param useCache of the reference's text generation; kept for it
/// @param isDecoder whether a token sees only those before it
/// @param tieWordEmbeddings whether a language model's decoder is the word embedding
/// @param labels names of the classes, in the order of the logits: `id2label`
/// @param problemType what the logits mean, or null if the file does not say
/// @param prunedHeads attention heads that are gone; H counts them
/// @param otherFields what else the file holds, as JSON by name; written again by [#write]
/// @param warnings what was odd about the file, each one line
public record XlmRobertaConfig(
        String modelType,
        List<String> architectures,
        int vocabSize,
        int hiddenSize,
        int numHiddenLayers,
        int numAttentionHeads,
        int intermediateSize,
        String hiddenAct,
        double hiddenDropoutProb,
        double attentionProbsDropoutProb,
        @Nullable Double classifierDropout,
        int maxPositionEmbeddings,
        int typeVocabSize,
        double initializerRange,
        double layerNormEps,
        int padTokenId,
        @Nullable Integer bosTokenId,
        @Nullable Integer eosTokenId,
        boolean useCache,
        boolean isDecoder,
        boolean tieWordEmbeddings,
        List<String> labels,
        @Nullable ProblemType problemType,
        PrunedHeads prunedHeads,
        SequencedMap<String, String> otherFields,
        List<String> warnings) {
    /// `model_type` of XL and XXL.
    static final String XL = "xlm-roberta-xl";

    private static final int MOST_LAYERS = 1000;

    private static final SequencedMap<String, Activation> ACTIVATIONS = new LinkedHashMap<>();

    static {
        ACTIVATIONS.put("gelu", Activation.GELU);
        ACTIVATIONS.put("gelu_python", Activation.GELU);
        ACTIVATIONS.put("gelu_new", Activation.GELU_TANH);
        ACTIVATIONS.put("gelu_fast", Activation.GELU_TANH);
        ACTIVATIONS.put("gelu_pytorch_tanh", Activation.GELU_TANH);
        ACTIVATIONS.put("quick_gelu", Activation.QUICK_GELU);
        ACTIVATIONS.put("relu", Activation.RELU);
        ACTIVATIONS.put("silu", Activation.SILU);
        ACTIVATIONS.put("swish", Activation.SILU);
        ACTIVATIONS.put("tanh", Activation.TANH);
        ACTIVATIONS.put("sigmoid", Activation.SIGMOID);
    }

    /// Checks that the values make a network, and one that fits memory's arrays.
    ///
    /// @throws IllegalArgumentException naming the field, its value and what is expected
    public XlmRobertaConfig {
        positive("vocab_size", vocabSize);
        positive("hidden_size", hiddenSize);
        positive("num_attention_heads", numAttentionHeads);
        positive("intermediate_size", intermediateSize);
        positive("type_vocab_size", typeVocabSize);
        require(
                numHiddenLayers >= 0 && numHiddenLayers <= MOST_LAYERS,
                "num_hidden_layers is %d; expected 0 to %d",
                numHiddenLayers,
                MOST_LAYERS);
        require(
                hiddenSize % numAttentionHeads == 0,
                "hidden_size %d is not a multiple of num_attention_heads %d",
                hiddenSize,
                numAttentionHeads);
        require(
                ACTIVATIONS.containsKey(hiddenAct),
                "hidden_act \"%s\" is unknown; supported are %s",
                hiddenAct,
                String.join(", ", ACTIVATIONS.keySet()));
        probability("hidden_dropout_prob", hiddenDropoutProb);
        probability("attention_probs_dropout_prob", attentionProbsDropoutProb);
        if (classifierDropout != null) {
            probability("classifier_dropout", classifierDropout);
        }
        require(
                layerNormEps > 0 && layerNormEps <= 1,
                "layer_norm_eps is %s; expected a number above 0, at most 1",
                layerNormEps);
        require(
                initializerRange >= 0 && Double.isFinite(initializerRange),
                "initializer_range is %s; expected a number of at least 0",
                initializerRange);
        require(
                padTokenId >= 0 && padTokenId < vocabSize,
                "pad_token_id is %d; expected an id below vocab_size %d",
                padTokenId,
                vocabSize);
        require(
                maxPositionEmbeddings > padTokenId + 1,
                "max_position_embeddings is %d; positions start at pad_token_id + 1 = %d, so no"
                        + " token fits",
                maxPositionEmbeddings,
                padTokenId + 1);
        matrixFits("vocab_size", vocabSize, hiddenSize);
        matrixFits("hidden_size", hiddenSize, hiddenSize);
        matrixFits("intermediate_size", intermediateSize, hiddenSize);
        matrixFits("max_position_embeddings", maxPositionEmbeddings, hiddenSize);
        matrixFits("type_vocab_size", typeVocabSize, hiddenSize);
        matrixFits("num_labels", labels.size(), hiddenSize);
        architectures = List.copyOf(architectures);
        labels = List.copyOf(labels);
        otherFields = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(otherFields));
        warnings = List.copyOf(warnings);
    }

    /// The configuration whose every field has its default.
    public static XlmRobertaConfig defaults() {
        return parse("defaults", "{\"model_type\":\"xlm-roberta\"}");
    }

    /// Reads `config.json`. Where it does not name the reference's class, as those of old releases
    /// do not, the names in the checkpoint beside it tell which head there is.
    ///
    /// @param path the file, or the directory that holds it
    /// @throws CheckpointException if it is missing, damaged, or describes a network that is not
    ///   supported
    public static XlmRobertaConfig read(Path path) {
        Path file = Files.isDirectory(path) ? path.resolve("config.json") : path;
        XlmRobertaConfig config = ConfigReader.read(file.toString(), JsonDocument.read(file));
        Path directory = file.toAbsolutePath().getParent();
        if (!config.architectures().isEmpty()
                || directory == null
                || !file.endsWith("config.json")
                || !Checkpoint.existsIn(directory)) {
            return config;
        }
        return StoredNames.of(Checkpoint.open(directory))
                .task()
                .map(task -> config.withArchitecture(task.architecture()))
                .orElse(config);
    }

    /// Reads a configuration from a text.
    ///
    /// @param source names it in messages
    /// @throws CheckpointException as [#read]
    public static XlmRobertaConfig parse(String source, String json) {
        return ConfigReader.read(source, JsonDocument.parse(source, json));
    }

    /// Writes the file that [#read] and the reference read, with all fields that were read.
    ///
    /// @param path the file, or the directory to write `config.json` to
    /// @throws CheckpointException if it cannot be written; an earlier file is then as it was
    public void write(Path path) {
        Path file = Files.isDirectory(path) ? path.resolve("config.json") : path;
        JsonDocument.write(file, ConfigWriter.json(this));
    }

    /// The content of the file that [#write] writes.
    public ObjectNode json() {
        return ConfigWriter.json(this);
    }

    /// K, how many classes or numbers the head gives.
    public int numLabels() {
        return labels.size();
    }

    /// Where the layers normalize.
    public LayerNormOrder layerNormOrder() {
        return modelType.equals(XL) ? LayerNormOrder.BEFORE : LayerNormOrder.AFTER;
    }

    /// D = C / H, width of one attention head.
    public int headSize() {
        return hiddenSize / numAttentionHeads;
    }

    /// Attention heads that a layer has.
    public int heads(int layer) {
        return numAttentionHeads - prunedHeads.count(layer);
    }

    /// Width of a layer's queries, keys and values: C unless heads are gone.
    public int attentionSize(int layer) {
        return heads(layer) * headSize();
    }

    /// The feed-forward's activation.
    public Activation activation() {
        Activation activation = ACTIVATIONS.get(hiddenAct);
        assert activation != null : hiddenAct;
        return activation;
    }

    /// Dropout of the head.
    public double headDropout() {
        return classifierDropout == null ? hiddenDropoutProb : classifierDropout;
    }

    /// Tokens of the longest sequence, `<s>` and `</s>` included: the positions above the pad
    /// token's.
    public int maxTokens() {
        return maxPositionEmbeddings - padTokenId - 1;
    }

    /// What the logits of a sequence classifier mean: as the file says, else as the reference
    /// decides: one output is a number, several are classes of which one is right.
    public ProblemType problem() {
        if (problemType != null) {
            return problemType;
        }
        return numLabels() == 1 ? ProblemType.REGRESSION : ProblemType.SINGLE_LABEL_CLASSIFICATION;
    }

    /// The configuration of a sequence classifier over these classes.
    public XlmRobertaConfig forClassification(List<String> newLabels, ProblemType type) {
        return withLabels(newLabels)
                .withProblemType(type)
                .withArchitecture("XLMRobertaForSequenceClassification");
    }

    /// The same model with these classes.
    ///
    /// @throws IllegalArgumentException if there are none, or two have the same name
    public XlmRobertaConfig withLabels(List<String> labels) {
        require(!labels.isEmpty(), "labels: expected at least one");
        require(
                new HashSet<>(labels).size() == labels.size(),
                "labels: one comes twice in %s",
                labels);
        ObjectNode json = ConfigWriter.json(this);
        ConfigWriter.putLabels(json, labels);
        return edited(json);
    }

    /// The same model with these attention heads gone, and no others.
    ///
    /// @throws CheckpointException if it has not got them
    public XlmRobertaConfig withPrunedHeads(PrunedHeads heads) {
        ObjectNode json = ConfigWriter.json(this);
        json.set("pruned_heads", heads.json());
        return edited(json);
    }

    /// The same model for another kind of problem.
    public XlmRobertaConfig withProblemType(ProblemType type) {
        return with("problem_type", type.jsonName());
    }

    /// The same model under the reference's class of this name, such as
    /// `XLMRobertaForSequenceClassification`.
    public XlmRobertaConfig withArchitecture(String name) {
        return with("architectures", List.of(name));
    }

    /// The same model with weights of this type in its file. The reference loads in the type that
    /// is stated, so a checkpoint that came as float16 and is saved as float32 has to say so.
    ///
    /// @throws IllegalArgumentException if it is not a floating-point type
    public XlmRobertaConfig withWeightType(DType dtype) {
        String name =
                switch (dtype) {
                    case F16 -> "float16";
                    case BF16 -> "bfloat16";
                    case F32 -> "float32";
                    case F64 -> "float64";
                    default ->
                            throw new IllegalArgumentException(
                                    "weights of type %s; expected F16, BF16, F32 or F64"
                                            .formatted(dtype));
                };
        ObjectNode json = ConfigWriter.json(this);
        // "dtype" since transformers 5, which reads the older name too.
        boolean older = json.has("torch_dtype");
        if (older) {
            json.put("torch_dtype", name);
        }
        if (!older || json.has("dtype")) {
            json.put("dtype", name);
        }
        return edited(json);
    }

    /// The same model with another head.
    public XlmRobertaConfig withHead(HeadSpec head) {
        ObjectNode json = ConfigWriter.json(this);
        if (head instanceof HeadSpec.Reference) {
            json.remove(HeadSpec.FIELD);
        } else {
            json.set(HeadSpec.FIELD, head.json());
        }
        return edited(json);
    }

    /// The same configuration with one field of `config.json` set.
    ///
    /// @param field name in the file, such as `hidden_dropout_prob`
    /// @param value text, number, boolean or a list of these
    /// @throws CheckpointException if the value is not allowed
    public XlmRobertaConfig with(String field, Object value) {
        ObjectNode json = ConfigWriter.json(this);
        json.putPOJO(field, value);
        return edited(json);
    }

    // Through the text, so that an edited configuration is checked like a file.
    private static XlmRobertaConfig edited(ObjectNode json) {
        return parse("configuration", JsonDocument.format(json));
    }

    private static void positive(String field, int value) {
        require(value > 0, "%s is %d; expected at least 1", field, value);
    }

    private static void probability(String field, double value) {
        require(value >= 0 && value < 1, "%s is %s; expected at least 0, below 1", field, value);
    }

    private static void matrixFits(String field, int rows, int columns) {
        require(
                (long) rows * columns <= Integer.MAX_VALUE,
                "%s %d times hidden_size %d is above 2^31 - 1 elements",
                field,
                rows,
                columns);
    }

    private static void require(boolean condition, String message, Object... values) {
        if (!condition) {
            throw new IllegalArgumentException(message.formatted(values));
        }
    }
}
