package xlmr.tokenizer.sentencepiece;

import java.util.Arrays;

/// A text and its normalized form in reused arrays; owned by one thread.
final class NormalizedText {
    /// U+FFFD in UTF-8.
    static final byte[] REPLACEMENT = {(byte) 0xEF, (byte) 0xBF, (byte) 0xBD};

    /// The text in UTF-8, its first `sourceLength` bytes.
    byte[] source = new byte[256];

    int sourceLength;

    /// The normalized text in UTF-8, its first `length` bytes.
    byte[] normalized = new byte[512];

    int length;

    /// For each normalized byte, and for the end, the byte of the source it comes from.
    int[] origins = new int[513];

    /// What the text at one place becomes: a range of some array.
    byte[] stepBytes = source;

    int stepStart;
    int stepLength;

    void step(byte[] bytes, int start, int length) {
        stepBytes = bytes;
        stepStart = start;
        stepLength = length;
    }

    /// Takes a text; room for its normalized form is made for the usual case.
    void use(byte[] bytes, int length) {
        source = bytes;
        sourceLength = length;
        this.length = 0;
        reserve(length + 16);
    }

    /// Makes room for `more` bytes beyond the present length, and one origin after them.
    void reserve(int more) {
        int needed = Math.addExact(length, more);
        if (needed > normalized.length) {
            int capacity = Math.max(needed, (int) Math.min(normalized.length * 2L, 1 << 30));
            normalized = Arrays.copyOf(normalized, capacity);
            origins = Arrays.copyOf(origins, capacity + 1);
        }
    }

    void append(byte b, int origin) {
        if (length == normalized.length) {
            reserve(1);
        }
        normalized[length] = b;
        origins[length++] = origin;
    }
}
