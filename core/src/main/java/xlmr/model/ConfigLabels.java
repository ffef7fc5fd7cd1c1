package xlmr.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map.Entry;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import xlmr.checkpoint.CheckpointException;

/// The names of the classes: `id2label`, `label2id` and `num_labels`, which say the same thing
/// thrice. As in the reference, `id2label` decides, unless `num_labels` has another number of
/// classes.
///
/// @param source names the file in messages
/// @param json where the fields are taken out of
/// @param warnings where contradictions are told
record ConfigLabels(String source, ObjectNode json, List<String> warnings) {
    private static final int MOST = 1_000_000;

    List<String> read(@Nullable Integer numLabels) {
        if (numLabels != null && (numLabels < 1 || numLabels > MOST)) {
            throw refused("num_labels is %d; expected 1 to %d".formatted(numLabels, MOST));
        }
        JsonNode names = json.remove("id2label");
        JsonNode ids = json.remove("label2id");
        if (names == null || names.isNull()) {
            return defaultNames(numLabels == null ? 2 : numLabels);
        }
        List<String> labels = names(names);
        if (numLabels != null && numLabels != labels.size()) {
            warnings.add(
                    "num_labels is %d, id2label has %d; num_labels is taken, with labels LABEL_0, ..."
                            .formatted(numLabels, labels.size()));
            return defaultNames(numLabels);
        }
        if (new HashSet<>(labels).size() < labels.size()) {
            warnings.add("id2label has two classes of one name");
        } else if (ids != null && !ids.isNull() && !agrees(ids, labels)) {
            warnings.add("label2id contradicts id2label; id2label is taken");
        }
        return labels;
    }

    /// `LABEL_0`, `LABEL_1`, ...: what the reference calls classes without names.
    static List<String> defaultNames(int count) {
        return IntStream.range(0, count).mapToObj(id -> "LABEL_" + id).toList();
    }

    private List<String> names(JsonNode node) {
        if (!(node instanceof ObjectNode object) || object.isEmpty()) {
            throw refused("id2label is %s; expected {\"0\": name, ...}".formatted(node));
        }
        List<String> names = new ArrayList<>();
        for (int id = 0; id < object.size(); id++) {
            JsonNode name = object.get(Integer.toString(id));
            if (name == null) {
                throw refused(
                        "id2label has no \"%d\"; expected ids 0 to %d"
                                .formatted(id, object.size() - 1));
            }
            if (!name.isValueNode() || name.isNull()) {
                throw refused("id2label of %d is %s; expected a text".formatted(id, name));
            }
            names.add(name.asText());
        }
        return names;
    }

    private static boolean agrees(JsonNode ids, List<String> labels) {
        for (Entry<String, JsonNode> entry : ids.properties()) {
            int id = entry.getValue().asInt(-1);
            if (id < 0 || id >= labels.size() || !labels.get(id).equals(entry.getKey())) {
                return false;
            }
        }
        return ids.size() == labels.size();
    }

    private CheckpointException refused(String reason) {
        return new CheckpointException(source, reason);
    }
}
