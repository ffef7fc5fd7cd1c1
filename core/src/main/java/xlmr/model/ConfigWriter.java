package xlmr.model;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import xlmr.checkpoint.JsonDocument;

/// [XlmRobertaConfig] as the JSON that the reference writes: all fields, sorted by name.
final class ConfigWriter {
    private ConfigWriter() {}

    static ObjectNode json(XlmRobertaConfig config) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        config.otherFields().forEach((name, value) -> json.set(name, JsonDocument.value(value)));
        ArrayNode architectures = json.putArray("architectures");
        config.architectures().forEach(architectures::add);
        json.put("model_type", config.modelType())
                .put("vocab_size", config.vocabSize())
                .put("hidden_size", config.hiddenSize())
                .put("num_hidden_layers", config.numHiddenLayers())
                .put("num_attention_heads", config.numAttentionHeads())
                .put("intermediate_size", config.intermediateSize())
                .put("hidden_act", config.hiddenAct())
                .put("hidden_dropout_prob", config.hiddenDropoutProb())
                .put("attention_probs_dropout_prob", config.attentionProbsDropoutProb())
                .put("classifier_dropout", config.classifierDropout())
                .put("max_position_embeddings", config.maxPositionEmbeddings())
                .put("type_vocab_size", config.typeVocabSize())
                .put("initializer_range", config.initializerRange())
                .put("layer_norm_eps", config.layerNormEps())
                .put("pad_token_id", config.padTokenId())
                .put("bos_token_id", config.bosTokenId())
                .put("eos_token_id", config.eosTokenId())
                .put("use_cache", config.useCache())
                .put("is_decoder", config.isDecoder())
                .put("tie_word_embeddings", config.tieWordEmbeddings());
        if (!config.prunedHeads().equals(PrunedHeads.NONE)) {
            json.set("pruned_heads", config.prunedHeads().json());
        }
        ProblemType problemType = config.problemType();
        if (problemType != null) {
            json.put("problem_type", problemType.jsonName());
        }
        if (!config.labels().equals(ConfigLabels.defaultNames(2))) {
            putLabels(json, config.labels());
        }
        ObjectNode sorted = JsonNodeFactory.instance.objectNode();
        json.properties().stream()
                .map(Map.Entry::getKey)
                .sorted()
                .forEach(name -> sorted.set(name, json.get(name)));
        return sorted;
    }

    static void putLabels(ObjectNode json, List<String> labels) {
        ObjectNode names = json.putObject("id2label");
        ObjectNode ids = json.putObject("label2id");
        for (int id = 0; id < labels.size(); id++) {
            names.put(Integer.toString(id), labels.get(id));
            ids.put(labels.get(id), id);
        }
    }
}
