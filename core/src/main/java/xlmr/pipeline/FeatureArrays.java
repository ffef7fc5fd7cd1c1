package xlmr.pipeline;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import xlmr.checkpoint.GrowingArrays;
import xlmr.tokenizer.Encoding;

/// Features of M texts with N tokens in all, as named arrays.
///
/// | name | shape | holds |
/// | --- | --- | --- |
/// | `layer_I` | `[M, C]`, of tokens `[N, C]` | hidden states of layer I, 0 the embeddings |
/// | `head` | `[M, D]`, of tokens `[N, D]` | what the head's last linear layer reads |
/// | `starts` | `[M + 1]` | the first token of each text, and N |
/// | `ids` | `[N]` | token ids |
/// | `sequence` | `[N]` | 0 for tokens of the text, 1 of its second text, -1 for `<s>` and `</s>` |
/// | `offsets` | `[N, 2]` | begin and end of the token in its text, in UTF-16 units |
/// | `attention_I` | `[sum of H T T]` | probabilities inside layer I: head, query, key, text by text |
/// | `attention_starts` | `[M + 1]` | the first of each text in `attention_I`, and their number |
///
/// Tokens are described where a vector is of a token or attentions are there; all integers are
/// int64.
final class FeatureArrays implements AutoCloseable {
    private final GrowingArrays arrays;
    private final Map<Integer, GrowingArrays.Array> layers = new LinkedHashMap<>();
    private final Map<Integer, GrowingArrays.Array> attentions = new LinkedHashMap<>();
    private final GrowingArrays.@Nullable Array head;
    private final @Nullable Tokens tokens;
    private final GrowingArrays.@Nullable Array attentionStarts;
    private long attentionNumbers;

    FeatureArrays(Path file, FeatureExtraction extraction) {
        this.arrays = new GrowingArrays(file);
        boolean reads = extraction.pooling() == FeaturePooling.HEAD;
        int columns = extraction.columns();
        if (!reads) {
            for (int layer : extraction.layers()) {
                layers.put(layer, arrays.floats("layer_" + layer, columns));
            }
        }
        head = reads ? arrays.floats("head", columns) : null;
        tokens =
                extraction.vectorsAreOfTokens() || extraction.attentions()
                        ? new Tokens(arrays)
                        : null;
        if (extraction.attentions()) {
            for (int layer : extraction.layers()) {
                if (layer > 0) {
                    attentions.put(layer, arrays.floats("attention_" + layer));
                }
            }
        }
        attentionStarts = attentions.isEmpty() ? null : arrays.integers("attention_starts");
        if (attentionStarts != null) {
            attentionStarts.addIntegers(0);
        }
    }

    /// What describes tokens.
    private static final class Tokens {
        private final GrowingArrays.Array starts;
        private final GrowingArrays.Array ids;
        private final GrowingArrays.Array sequence;
        private final GrowingArrays.Array offsets;
        private long count;

        Tokens(GrowingArrays arrays) {
            starts = arrays.integers("starts");
            ids = arrays.integers("ids");
            sequence = arrays.integers("sequence");
            offsets = arrays.integers("offsets", 2);
            starts.addIntegers(0);
        }

        void add(Encoding encoding) {
            for (int t = 0; t < encoding.length(); t++) {
                ids.addIntegers(encoding.ids()[t]);
                sequence.addIntegers(encoding.sequenceIds()[t]);
                offsets.addIntegers(encoding.starts()[t], encoding.ends()[t]);
            }
            count += encoding.length();
            starts.addIntegers(count);
        }
    }

    void add(Features features) {
        features.layers()
                .forEach(
                        (layer, values) -> {
                            GrowingArrays.Array array = layers.get(layer);
                            assert array != null : layer;
                            array.addFloats(values);
                        });
        float[] read = features.head();
        if (head != null && read != null) {
            head.addFloats(read);
        }
        if (tokens != null) {
            tokens.add(features.encoding());
        }
        if (attentionStarts == null) {
            return;
        }
        int numbers = 0;
        for (Map.Entry<Integer, GrowingArrays.Array> entry : attentions.entrySet()) {
            float[] values = features.attentions().get(entry.getKey());
            assert values != null : entry.getKey();
            entry.getValue().addFloats(values);
            numbers = values.length;
        }
        attentionNumbers += numbers;
        attentionStarts.addIntegers(attentionNumbers);
    }

    /// @param npz else safetensors
    void write(boolean npz) {
        if (npz) {
            arrays.writeNpz();
        } else {
            arrays.writeSafetensors();
        }
    }

    @Override
    public void close() {
        arrays.close();
    }
}
