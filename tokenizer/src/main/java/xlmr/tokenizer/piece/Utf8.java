package xlmr.tokenizer.piece;

/// UTF-8 as the Unicode standard defines it (table 3-7): no overlong forms, no surrogates, at most
/// U+10FFFF.
public final class Utf8 {
    /// Bytes of U+2581, the lower one eighth block that stands for a space.
    public static final int META_LENGTH = 3;

    private Utf8() {}

    /// Bytes of the well-formed character at `at`, or 0 if there is none before `end`.
    public static int characterLength(byte[] bytes, int at, int end) {
        int first = bytes[at];
        if (first >= 0) {
            return 1;
        }
        int lead = first & 0xFF;
        if (lead < 0xC2 || lead > 0xF4) {
            return 0;
        }
        int length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
        if (at + length > end) {
            return 0;
        }
        int second = bytes[at + 1] & 0xFF;
        int low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
        int high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
        if (second < low || second > high) {
            return 0;
        }
        for (int i = 2; i < length; i++) {
            if ((bytes[at + i] & 0xC0) != 0x80) {
                return 0;
            }
        }
        return length;
    }

    /// Bytes of a character by its first byte alone; 1 for a byte that starts none.
    public static int lengthByLead(int lead) {
        return lead < 0xC0 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    }

    /// Bytes of a code point; a surrogate counts as three.
    public static int length(int codePoint) {
        return codePoint < 0x80 ? 1 : codePoint < 0x800 ? 2 : codePoint < 0x10000 ? 3 : 4;
    }

    /// Writes a code point, a surrogate as the three bytes that its number would have, and returns
    /// the position after it.
    public static int write(int codePoint, byte[] target, int at) {
        if (codePoint < 0x80) {
            target[at] = (byte) codePoint;
            return at + 1;
        }
        if (codePoint < 0x800) {
            target[at] = (byte) (0xC0 | codePoint >> 6);
            target[at + 1] = (byte) (0x80 | codePoint & 0x3F);
            return at + 2;
        }
        if (codePoint < 0x10000) {
            target[at] = (byte) (0xE0 | codePoint >> 12);
            target[at + 1] = (byte) (0x80 | codePoint >> 6 & 0x3F);
            target[at + 2] = (byte) (0x80 | codePoint & 0x3F);
            return at + 3;
        }
        target[at] = (byte) (0xF0 | codePoint >> 18);
        target[at + 1] = (byte) (0x80 | codePoint >> 12 & 0x3F);
        target[at + 2] = (byte) (0x80 | codePoint >> 6 & 0x3F);
        target[at + 3] = (byte) (0x80 | codePoint & 0x3F);
        return at + 4;
    }

    /// Whether `bytes[start .. end)` is well-formed.
    public static boolean isWellFormed(byte[] bytes, int start, int end) {
        int at = start;
        while (at < end) {
            int length = characterLength(bytes, at, end);
            if (length == 0) {
                return false;
            }
            at += length;
        }
        return true;
    }

    /// Whether U+2581 stands at `at`, before `end`.
    public static boolean isMetaAt(byte[] bytes, int at, int end) {
        return at + META_LENGTH <= end
                && bytes[at] == (byte) 0xE2
                && bytes[at + 1] == (byte) 0x96
                && bytes[at + 2] == (byte) 0x81;
    }

    /// Writes U+2581 and returns the position after it.
    public static int writeMeta(byte[] target, int at) {
        target[at] = (byte) 0xE2;
        target[at + 1] = (byte) 0x96;
        target[at + 2] = (byte) 0x81;
        return at + META_LENGTH;
    }
}
