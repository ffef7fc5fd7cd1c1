package xlmr.checkpoint;

import io.jhdf.api.Attribute;
import io.jhdf.api.Dataset;
import io.jhdf.api.Group;
import io.jhdf.api.Node;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/// The variables of a file of Keras weights (keras/src/legacy/saving/legacy_h5_format.py): the
/// attribute `layer_names` of the root names groups, the attribute `weight_names` of each its
/// datasets. Shards as `transformers` writes them name the datasets themselves in `layer_names`.
///
/// Only what is named is looked at, and links out of the file are not followed.
final class KerasLayers {
    private static final String LAYERS = "layer_names";
    private static final String WEIGHTS = "weight_names";

    private final String source;
    private final SequencedMap<String, Dataset> variables = new LinkedHashMap<>();

    private KerasLayers(String source) {
        this.source = source;
    }

    /// All variables by name; one that several layers share comes once.
    static SequencedMap<String, Dataset> variables(String source, Group root) {
        KerasLayers layers = new KerasLayers(source);
        List<String> names = layers.texts(root, LAYERS);
        if (names == null) {
            throw new CheckpointException(
                    source,
                    "the attribute %s is missing: HDF5, but no weights that Keras saved"
                            .formatted(LAYERS),
                    "expected is what save_pretrained of a TensorFlow model writes");
        }
        names.forEach(name -> layers.layer(root, name));
        return layers.variables;
    }

    private void layer(Group root, String name) {
        switch (find(root, name)) {
            case Dataset dataset -> variables.putIfAbsent(name, dataset);
            case Group group -> {
                List<String> weights = texts(group, WEIGHTS);
                if (weights == null) {
                    throw refused("layer '%s' has no attribute %s".formatted(name, WEIGHTS));
                }
                for (String weight : weights) {
                    if (!(find(group, weight) instanceof Dataset dataset)) {
                        throw refused("'%s' of layer '%s' is no array".formatted(weight, name));
                    }
                    variables.putIfAbsent(weight, dataset);
                }
            }
            default -> throw refused("'%s' is neither a layer nor an array".formatted(name));
        }
    }

    private Node find(Group from, String path) {
        Node node = from;
        for (String step : path.split("/", -1)) {
            Node child = node instanceof Group group ? group.getChild(step) : null;
            if (child == null) {
                throw refused("'%s' is promised, but not there".formatted(path));
            }
            if (child.isLink()) {
                throw refused("'%s' is a link, which no saved weights are".formatted(path));
            }
            node = child;
        }
        return node;
    }

    /// An attribute of texts, which Keras splits into numbered ones above 64 KB; null if there is
    /// none.
    private @Nullable List<String> texts(Node node, String name) {
        Attribute whole = node.getAttribute(name);
        if (whole != null) {
            return texts(whole);
        }
        Attribute part = node.getAttribute(name + 0);
        if (part == null) {
            return null;
        }
        List<String> all = new ArrayList<>();
        for (int i = 1; part != null; i++) {
            all.addAll(texts(part));
            part = node.getAttribute(name + i);
        }
        return all;
    }

    private List<String> texts(Attribute attribute) {
        if (attribute.isEmpty() || attribute.getSize() == 0) {
            return List.of(); // of a layer without weights, and then of any type
        }
        // The type's size times that of the shape, both the file's words: more than is there would
        // be taken from memory.
        ByteBuffer bytes = attribute.getBuffer();
        long size = attribute.getSize();
        if (size < 0
                || size > bytes.remaining()
                || attribute.getSizeInBytes() > bytes.remaining()) {
            throw refused(
                    "attribute %s: %d texts in %d bytes"
                            .formatted(attribute.getName(), size, bytes.remaining()));
        }
        Object data = attribute.getData();
        if (data instanceof String[] texts) {
            return List.of(texts);
        }
        if (data instanceof String text) {
            return List.of(text);
        }
        throw refused("attribute %s holds no texts".formatted(attribute.getName()));
    }

    private CheckpointException refused(String reason) {
        return new CheckpointException(source, reason);
    }
}
