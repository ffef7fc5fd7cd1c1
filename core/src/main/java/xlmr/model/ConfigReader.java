package xlmr.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.DoubleNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import xlmr.checkpoint.CheckpointException;

/// Takes the fields of [XlmRobertaConfig] out of a JSON object, with the reference's defaults; what
/// is left are the other fields. A number as text or with a fraction where a whole one belongs is
/// refused, not guessed at.
final class ConfigReader {
    private static final Set<String> SAME_NETWORK = Set.of("roberta", "camembert");

    /// Where they are not those of XLM-R (configuration_xlm_roberta_xl.py).
    private static final Map<String, JsonNode> XL_DEFAULTS =
            Map.of(
                    "vocab_size", IntNode.valueOf(250880),
                    "hidden_size", IntNode.valueOf(2560),
                    "num_hidden_layers", IntNode.valueOf(36),
                    "num_attention_heads", IntNode.valueOf(32),
                    "intermediate_size", IntNode.valueOf(10240),
                    "max_position_embeddings", IntNode.valueOf(514),
                    "type_vocab_size", IntNode.valueOf(1),
                    "layer_norm_eps", DoubleNode.valueOf(1e-5));

    private static final int MOST_POSITIONS = 1 << 24;

    private final String source;
    private final ObjectNode json;
    private final List<String> warnings = new ArrayList<>();

    private ConfigReader(String source, ObjectNode json) {
        this.source = source;
        this.json = json;
    }

    static XlmRobertaConfig read(String source, ObjectNode json) {
        ConfigReader reader = new ConfigReader(source, json.deepCopy());
        try {
            return reader.config();
        } catch (IllegalArgumentException e) {
            throw reader.refused(String.valueOf(e.getMessage()));
        }
    }

    private XlmRobertaConfig config() {
        if (BertLayout.isOf(json)) {
            asXlmRoberta();
        }
        if (json.path("model_type").asText().equals(XlmRobertaConfig.XL)) {
            XL_DEFAULTS.forEach(json::putIfAbsent);
        }
        List<String> architectures = texts("architectures");
        String modelType = modelType(architectures);
        refuseOtherNetworks();
        PrunedHeads prunedHeads = prunedHeads();
        return new XlmRobertaConfig(
                modelType,
                architectures,
                whole("vocab_size", 30522),
                whole("hidden_size", 768),
                whole("num_hidden_layers", 12),
                whole("num_attention_heads", 12),
                whole("intermediate_size", 3072),
                text("hidden_act", "gelu"),
                number("hidden_dropout_prob", 0.1),
                number("attention_probs_dropout_prob", 0.1),
                isNull("classifier_dropout") ? null : number("classifier_dropout", 0),
                whole("max_position_embeddings", 512),
                whole("type_vocab_size", 2),
                number("initializer_range", 0.02),
                number("layer_norm_eps", 1e-12),
                whole("pad_token_id", 1),
                isNull("bos_token_id") ? null : Integer.valueOf(whole("bos_token_id", 0)),
                isNull("eos_token_id") ? null : Integer.valueOf(whole("eos_token_id", 2)),
                bool("use_cache", true),
                bool("is_decoder", false),
                bool("tie_word_embeddings", true),
                new ConfigLabels(source, json, warnings).read(optionalWhole("num_labels")),
                problemType(),
                prunedHeads,
                otherFields(),
                warnings);
    }

    private String modelType(List<String> architectures) {
        String type = text("model_type", "");
        if (type.equals("xlm-roberta") || type.equals(XlmRobertaConfig.XL)) {
            return type;
        }
        if (type.isEmpty()) {
            boolean named = architectures.stream().anyMatch(name -> name.startsWith("XLMRoberta"));
            warnings.add(
                    named
                            ? "no model_type; taken as xlm-roberta because of architectures"
                            : "no model_type; taken as xlm-roberta");
            return "xlm-roberta";
        }
        if (SAME_NETWORK.contains(type)) {
            warnings.add(
                    "model_type %s is the same network as xlm-roberta, but with another tokenizer"
                            .formatted(type));
            return type;
        }
        throw new CheckpointException(
                source,
                "model_type is \"%s\", another network".formatted(type),
                "supported are xlm-roberta, xlm-roberta-xl, roberta, camembert, and bert with"
                        + " XLM-R's tokenizer");
    }

    /// Rewrites the configuration of a BERT layout as that of the same network in XLM-R's.
    private void asXlmRoberta() {
        for (String name : texts("architectures")) {
            if (!name.equals("BertModel")) {
                throw new CheckpointException(
                        source,
                        "architectures has %s; of BERT's classes only BertModel is XLM-R's network"
                                .formatted(name),
                        "save its encoder alone, or convert it to an XLMRobertaFor... class");
            }
        }
        int positions = whole("max_position_embeddings", 512);
        if (positions > MOST_POSITIONS) {
            throw refused(
                    "max_position_embeddings is %d; expected at most %d"
                            .formatted(positions, MOST_POSITIONS));
        }
        // BERT's, which this tokenizer does not have; XLM-R's are the defaults.
        json.remove(List.of("pad_token_id", "bos_token_id", "eos_token_id"));
        json.put("model_type", "xlm-roberta").put("max_position_embeddings", positions + 2);
        json.putArray("architectures").add("XLMRobertaModel");
        warnings.add(
                "model_type bert with XLM-R's tokenizer: taken as xlm-roberta, positions moved up"
                        + " by 2");
    }

    /// Fields that change the network in ways that the model does not have; to ignore them would be
    /// wrong results.
    private void refuseOtherNetworks() {
        String positions = json.path("position_embedding_type").asText("absolute");
        if (!positions.equals("absolute") && !positions.equals("null")) {
            throw refused(
                    "position_embedding_type is \"%s\"; only absolute is supported"
                            .formatted(positions));
        }
        if (json.hasNonNull("quantization_config")) {
            throw new CheckpointException(
                    source,
                    "quantization_config: quantized weights are not supported",
                    "use the checkpoint that they were made from");
        }
        if (json.path("add_cross_attention").asBoolean(false)) {
            throw refused("add_cross_attention is true; cross attention is not supported");
        }
    }

    private @Nullable ProblemType problemType() {
        String name = text("problem_type", "");
        if (name.isEmpty()) {
            return null;
        }
        return ProblemType.named(name)
                .orElseThrow(
                        () ->
                                refused(
                                        ("problem_type is \"%s\"; expected"
                                                        + " single_label_classification,"
                                                        + " multi_label_classification or regression")
                                                .formatted(name)));
    }

    private PrunedHeads prunedHeads() {
        JsonNode field = json.path("pruned_heads");
        json.remove("pruned_heads");
        return PrunedHeads.read(
                field,
                json.path("num_hidden_layers").asInt(12),
                json.path("num_attention_heads").asInt(12));
    }

    private SequencedMap<String, String> otherFields() {
        SequencedMap<String, String> others = new LinkedHashMap<>();
        json.properties().forEach(field -> others.put(field.getKey(), field.getValue().toString()));
        return others;
    }

    private boolean isNull(String field) {
        boolean isNull =
                json.path(field).isNull()
                        || (field.equals("classifier_dropout") && !json.has(field));
        if (isNull) {
            json.remove(field);
        }
        return isNull;
    }

    private int whole(String field, int missing) {
        JsonNode value = json.remove(field);
        if (value == null) {
            return missing;
        }
        if (!value.isIntegralNumber()) {
            throw refused("%s is %s; expected a whole number".formatted(field, value));
        }
        if (!value.canConvertToInt()) {
            throw refused("%s is %s; expected at most 2^31 - 1".formatted(field, value));
        }
        return value.intValue();
    }

    private @Nullable Integer optionalWhole(String field) {
        return json.has(field) && !isNull(field) ? whole(field, 0) : null;
    }

    private double number(String field, double missing) {
        JsonNode value = json.remove(field);
        if (value == null) {
            return missing;
        }
        if (!value.isNumber() || !Double.isFinite(value.doubleValue())) {
            throw refused("%s is %s; expected a number".formatted(field, value));
        }
        return value.doubleValue();
    }

    private boolean bool(String field, boolean missing) {
        JsonNode value = json.remove(field);
        if (value == null || value.isNull()) {
            return missing;
        }
        if (!value.isBoolean()) {
            throw refused("%s is %s; expected true or false".formatted(field, value));
        }
        return value.booleanValue();
    }

    private String text(String field, String missing) {
        JsonNode value = json.remove(field);
        if (value == null || value.isNull()) {
            return missing;
        }
        if (!value.isTextual()) {
            throw refused("%s is %s; expected a text".formatted(field, value));
        }
        return value.textValue();
    }

    private List<String> texts(String field) {
        JsonNode value = json.remove(field);
        if (value == null || value.isNull()) {
            return List.of();
        }
        List<String> texts = new ArrayList<>();
        value.forEach(element -> texts.add(element.asText()));
        if (!value.isArray() || !value.valueStream().allMatch(JsonNode::isTextual)) {
            throw refused("%s is %s; expected a list of texts".formatted(field, value));
        }
        return texts;
    }

    private CheckpointException refused(String reason) {
        return new CheckpointException(source, reason);
    }
}
