package xlmr.pipeline;

import java.util.Arrays;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;
import xlmr.tokenizer.Encoding;

/// What a model computes on its way to the logits, of one text: hidden states of the layers that
/// were asked for, the vectors right before the logits, attentions.
///
/// @param encoding the text's tokens, and where in the text they are
/// @param lastLayer L, the number of the last layer
/// @param columns C, the numbers of a hidden state
/// @param layers `[R, C]` hidden states by layer, 0 the embeddings, row-major: R is 1 where they
///   are pooled, else T
/// @param head `[R, D]` what the head's last linear layer reads, row-major; null if not asked for
/// @param headColumns D; 0 if not asked for
/// @param perToken whether there is a vector for each token, not one for the text
/// @param attentions `[H, T, T]` probabilities by layer from 1 on: head, query, key
public record Features(
        Encoding encoding,
        int lastLayer,
        int columns,
        SortedMap<Integer, float[]> layers,
        float @Nullable [] head,
        int headColumns,
        boolean perToken,
        SortedMap<Integer, float[]> attentions) {
    /// The only vector that was asked for, where it is one a text.
    ///
    /// @throws IllegalStateException if several layers or a vector a token were asked for
    public float[] vector() {
        if (head != null) {
            return single("the head", head, headColumns);
        }
        if (layers.size() != 1) {
            throw new IllegalStateException(
                    "features: layers %s were extracted; name one".formatted(layers.keySet()));
        }
        return vector(layers.firstKey());
    }

    /// The vector of a layer, where it is one a text. `[C]`
    ///
    /// @param layer from 0, the embeddings, to L; or from the end, -1 the last
    /// @throws IllegalArgumentException if the layer was not asked for
    /// @throws IllegalStateException if a vector a token was asked for
    public float[] vector(int layer) {
        return single("layer " + layer, values(layer), columns);
    }

    /// The vector of each token. `[T][C]`, of [#head] `[T][D]`
    ///
    /// @param layer as in [#vector(int)]
    /// @throws IllegalArgumentException if the layer was not asked for
    public float[][] tokens(int layer) {
        return rows(values(layer), columns);
    }

    /// Rows of the vectors right before the logits, `[R][D]`: one a text, or one a token, as the
    /// head has them.
    ///
    /// @throws IllegalStateException if they were not asked for
    public float[][] headRows() {
        float[] values = head;
        if (values == null) {
            throw new IllegalStateException("features: the head was not asked for");
        }
        return rows(values, headColumns);
    }

    private float[] values(int layer) {
        float[] values = layers.get(layer < 0 ? lastLayer + 1 + layer : layer);
        if (values == null) {
            throw new IllegalArgumentException(
                    "features: layer %d was not extracted, only %s"
                            .formatted(layer, layers.keySet()));
        }
        return values;
    }

    private float[] single(String what, float[] values, int columns) {
        if (perToken) {
            throw new IllegalStateException(
                    "features: %s has %d vectors, one a token"
                            .formatted(what, values.length / columns));
        }
        return values;
    }

    private static float[][] rows(float[] values, int columns) {
        float[][] rows = new float[values.length / columns][];
        Arrays.setAll(rows, r -> Arrays.copyOfRange(values, r * columns, (r + 1) * columns));
        return rows;
    }
}
