package xlmr.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import xlmr.checkpoint.CheckpointException;
import xlmr.checkpoint.JsonDocument;
import xlmr.nn.Cell;

/// [HeadSpec] as a JSON object: `type` and what that type needs.
final class HeadJson {
    private HeadJson() {}

    static ObjectNode write(HeadSpec spec) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        switch (spec) {
            case HeadSpec.Reference reference -> json.put("type", "roberta");
            case HeadSpec.Perceptron perceptron -> {
                json.put("type", perceptron.sizes().isEmpty() ? "linear" : "mlp");
                if (!perceptron.sizes().isEmpty()) {
                    ArrayNode sizes = json.putArray("sizes");
                    perceptron.sizes().forEach(sizes::add);
                    json.put("activation", HeadText.lower(perceptron.activation()));
                }
            }
            case HeadSpec.RecurrentNetwork network ->
                    json.put("type", HeadText.word(network))
                            .put("hidden", network.hidden())
                            .put("layers", network.layers())
                            .put("summary", HeadText.lower(network.summary()));
            case HeadSpec.Convolutions convolutions -> {
                ArrayNode filters = json.put("type", "cnn").putArray("filters");
                for (HeadSpec.Convolutions.Filter filter : convolutions.filters()) {
                    filters.addObject()
                            .put("channels", filter.channels())
                            .put("width", filter.width());
                }
            }
            case HeadSpec.Pooled pooled -> json.put("type", HeadText.lower(pooled.kind()));
            case HeadSpec.Mix mix -> json.put("type", "mix").set("head", write(mix.head()));
            case HeadSpec.Own own -> json.put("type", own.name()).put("argument", own.argument());
        }
        return json;
    }

    /// Reads the field of a configuration.
    static HeadSpec readField(String json) {
        try {
            return read(JsonDocument.value(json));
        } catch (IllegalArgumentException e) {
            throw new CheckpointException(
                    "config.json", HeadSpec.FIELD + ": " + String.valueOf(e.getMessage()));
        }
    }

    /// @throws IllegalArgumentException naming what is wrong
    static HeadSpec read(JsonNode json) {
        String type = text(json, "type", "");
        return switch (type) {
            case "roberta", "linear", "attention", "mean", "max" -> {
                only(json, Set.of());
                yield HeadText.read(type);
            }
            case "mlp" -> {
                only(json, Set.of("sizes", "activation"));
                List<Integer> sizes = new ArrayList<>();
                json.path("sizes").forEach(size -> sizes.add(whole("sizes", size)));
                if (sizes.isEmpty()) {
                    throw new IllegalArgumentException("head: mlp without sizes");
                }
                yield new HeadSpec.Perceptron(
                        sizes, HeadText.activation(text(json, "activation", "gelu")));
            }
            case "lstm" -> recurrent(json, Cell.LSTM, false);
            case "bilstm" -> recurrent(json, Cell.LSTM, true);
            case "gru" -> recurrent(json, Cell.GRU, false);
            case "bigru" -> recurrent(json, Cell.GRU, true);
            case "cnn" -> {
                only(json, Set.of("filters"));
                List<HeadSpec.Convolutions.Filter> filters = new ArrayList<>();
                for (JsonNode filter : json.path("filters")) {
                    filters.add(
                            new HeadSpec.Convolutions.Filter(
                                    whole("channels", filter.path("channels")),
                                    whole("width", filter.path("width"))));
                }
                yield new HeadSpec.Convolutions(filters);
            }
            case "mix" -> {
                only(json, Set.of("head"));
                JsonNode head = json.path("head");
                if (head.path("type").asText().equals("mix")) {
                    throw new IllegalArgumentException("head: mix of mix; expected another head");
                }
                yield new HeadSpec.Mix(
                        head.isMissingNode() ? new HeadSpec.Reference() : read(head));
            }
            default -> {
                only(json, Set.of("argument"));
                if (!type.matches("[A-Za-z0-9-]{1,64}")) {
                    throw new IllegalArgumentException(
                            "head: the type is '%s'; expected one of %s, or the name of your own"
                                    .formatted(type, String.join(", ", HeadSpec.WORDS)));
                }
                yield new HeadSpec.Own(type, text(json, "argument", ""));
            }
        };
    }

    private static HeadSpec recurrent(JsonNode json, Cell cell, boolean both) {
        only(json, Set.of("hidden", "layers", "summary"));
        return new HeadSpec.RecurrentNetwork(
                cell,
                both,
                whole("hidden", json.path("hidden")),
                json.has("layers") ? whole("layers", json.path("layers")) : 1,
                HeadText.summary(text(json, "summary", "last")));
    }

    private static void only(JsonNode json, Set<String> fields) {
        json.fieldNames()
                .forEachRemaining(
                        name -> {
                            if (!name.equals("type") && !fields.contains(name)) {
                                throw new IllegalArgumentException(
                                        "head: %s has no field '%s'"
                                                .formatted(json.path("type").asText(), name));
                            }
                        });
    }

    private static int whole(String field, JsonNode value) {
        if (!value.isIntegralNumber() || !value.canConvertToInt()) {
            throw new IllegalArgumentException(
                    "head: %s is %s; expected a whole number".formatted(field, value));
        }
        return value.intValue();
    }

    private static String text(JsonNode json, String field, String missing) {
        JsonNode value = json.path(field);
        if (value.isMissingNode()) {
            return missing;
        }
        if (!value.isTextual()) {
            throw new IllegalArgumentException(
                    "head: %s is %s; expected a text".formatted(field, value));
        }
        return value.textValue();
    }
}
