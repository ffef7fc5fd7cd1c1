package xlmr.tokenizer.sentencepiece;

import java.util.Arrays;

/// The answer of [SentencePieceProcessor#encode(byte[], int, Workspace)] in reused arrays: the
/// first `size()` entries count, until the next call with the same workspace.
public final class Pieces {
    private int size;
    private int[] ids = new int[64];
    private int[] begins = new int[64];
    private int[] ends = new int[64];
    private int[] textBegins = new int[64];
    private int[] textEnds = new int[64];

    Pieces() {}

    /// Number of pieces.
    public int size() {
        return size;
    }

    /// Piece ids of the model.
    public int[] ids() {
        return ids;
    }

    /// Where each piece begins in the source, in bytes.
    public int[] begins() {
        return begins;
    }

    /// Where each piece ends in the source, in bytes.
    public int[] ends() {
        return ends;
    }

    /// Where each piece begins in the normalized text, in bytes.
    public int[] textBegins() {
        return textBegins;
    }

    /// Where each piece ends in the normalized text, in bytes.
    public int[] textEnds() {
        return textEnds;
    }

    void clear() {
        size = 0;
    }

    void add(int id, int begin, int end, int textBegin, int textEnd) {
        if (size == ids.length) {
            int capacity = size * 2;
            ids = Arrays.copyOf(ids, capacity);
            begins = Arrays.copyOf(begins, capacity);
            ends = Arrays.copyOf(ends, capacity);
            textBegins = Arrays.copyOf(textBegins, capacity);
            textEnds = Arrays.copyOf(textEnds, capacity);
        }
        ids[size] = id;
        begins[size] = begin;
        ends[size] = end;
        textBegins[size] = textBegin;
        textEnds[size++] = textEnd;
    }

    void extendLast(int end, int textEnd) {
        ends[size - 1] = end;
        textEnds[size - 1] = textEnd;
    }
}
