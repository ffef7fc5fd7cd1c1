package xlmr.model;

/// Where in the encoder a parameter lies, by its name.
public final class EncoderLayers {
    private static final String LAYER = "roberta.encoder.layer.";

    private EncoderLayers() {}

    /// The encoder layer of a parameter, counted from 0; -1 where it belongs to none. The LayerNorm
    /// behind the last layer, where a model has one, belongs to that layer.
    ///
    /// @param layers L
    public static int of(String name, int layers) {
        if (name.startsWith("roberta.encoder.LayerNorm.")) {
            return layers - 1;
        }
        if (!name.startsWith(LAYER)) {
            return -1;
        }
        return Integer.parseInt(name.substring(LAYER.length(), name.indexOf('.', LAYER.length())));
    }

    /// Whether a parameter belongs to the embeddings.
    public static boolean isEmbedding(String name) {
        return name.startsWith("roberta.embeddings.");
    }

    /// Steps down from the head: 0 for the head itself, 1 for the highest layer, L + 1 for the
    /// embeddings.
    ///
    /// @param layers L
    public static int depth(String name, int layers) {
        int layer = of(name, layers);
        return isEmbedding(name) ? layers + 1 : layer < 0 ? 0 : layers - layer;
    }
}
