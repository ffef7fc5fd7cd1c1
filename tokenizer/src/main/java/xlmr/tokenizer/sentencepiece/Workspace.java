package xlmr.tokenizer.sentencepiece;

import xlmr.tokenizer.piece.Utf8;

/// What one thread needs to encode, used again from text to text: the arrays grow to the longest
/// text.
public final class Workspace {
    /// Whether U+2581 ends words.
    boolean suffix;

    final NormalizedText text = new NormalizedText();
    final Cuts cuts = new Cuts();
    final Pieces pieces = new Pieces();

    /// Viterbi: the best sum of a segmentation that ends at a byte, its last piece, and where that
    /// begins.
    float[] bestScore = new float[0];

    int[] bestId = new int[0];
    int[] bestStart = new int[0];

    /// Whether the piece at `index` of the last answer begins a word: U+2581 stands at its
    /// beginning, or at the end of the piece before.
    public boolean beginsWord(int index) {
        int begin = pieces.textBegins()[index];
        int meta = suffix ? begin - Utf8.META_LENGTH : begin;
        return meta >= 0 && Utf8.isMetaAt(text.normalized, meta, text.length);
    }

    /// Makes room for a lattice over `length` bytes.
    void reserveLattice(int length) {
        if (bestScore.length <= length) {
            int capacity = Math.max(length + 1, 512);
            bestScore = new float[capacity];
            bestId = new int[capacity];
            bestStart = new int[capacity];
        }
    }
}
