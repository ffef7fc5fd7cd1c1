package xlmr.tokenizer.piece;

import java.util.Arrays;

/// The tokens of one text in reused arrays: model ids, spans in the text as UTF-16 indices, and
/// words.
public final class TokenList {
    public int size;
    public int[] ids = new int[64];
    public int[] starts = new int[64];
    public int[] ends = new int[64];
    public int[] words = new int[64];

    /// Forgets all tokens.
    public void clear() {
        size = 0;
    }

    /// Appends a token.
    public void add(int id, int start, int end, int word) {
        if (size == ids.length) {
            int capacity = size * 2;
            ids = Arrays.copyOf(ids, capacity);
            starts = Arrays.copyOf(starts, capacity);
            ends = Arrays.copyOf(ends, capacity);
            words = Arrays.copyOf(words, capacity);
        }
        ids[size] = id;
        starts[size] = start;
        ends[size] = end;
        words[size++] = word;
    }
}
