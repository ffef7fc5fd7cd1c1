package xlmr.tokenizer.huggingface;

import java.util.Arrays;
import xlmr.tokenizer.piece.Utf8;

/// A text in UTF-8 with, for each byte, the range of the original text that it stands for, in
/// UTF-16 indices (`NormalizedString` of tokenizers). The arrays are used again from text to text.
final class AlignedText {
    byte[] bytes = new byte[256];
    int[] begins = new int[256];
    int[] ends = new int[256];
    int length;

    void clear() {
        length = 0;
    }

    /// Takes a text as it is; a lone surrogate becomes U+FFFD.
    void set(String text) {
        clear();
        int count = text.length();
        reserve(Math.multiplyExact(count, 3));
        int i = 0;
        while (i < count) {
            char c = text.charAt(i);
            if (c < 0x80) {
                bytes[length] = (byte) c;
                begins[length] = i;
                ends[length++] = ++i;
                continue;
            }
            int codePoint = text.codePointAt(i);
            int units = Character.charCount(codePoint);
            boolean lone = codePoint >= 0xD800 && codePoint <= 0xDFFF;
            append(lone ? 0xFFFD : codePoint, i, i + units);
            i += units;
        }
    }

    /// Appends a code point that stands for `begin .. end` of the original text.
    void append(int codePoint, int begin, int end) {
        reserve(4);
        int after = Utf8.write(codePoint, bytes, length);
        while (length < after) {
            begins[length] = begin;
            ends[length++] = end;
        }
    }

    /// Appends a range of another text.
    void append(AlignedText other, int from, int to) {
        int count = to - from;
        reserve(count);
        System.arraycopy(other.bytes, from, bytes, length, count);
        System.arraycopy(other.begins, from, begins, length, count);
        System.arraycopy(other.ends, from, ends, length, count);
        length += count;
    }

    /// The code point at a byte position; a byte that starts none counts as U+FFFD.
    int codePointAt(int at) {
        return codePointAt(bytes, at, length);
    }

    /// The code point at a byte position before `end`.
    static int codePointAt(byte[] bytes, int at, int end) {
        int first = bytes[at];
        if (first >= 0) {
            return first;
        }
        return switch (Utf8.characterLength(bytes, at, end)) {
            case 2 -> (first & 0x1F) << 6 | bytes[at + 1] & 0x3F;
            case 3 -> (first & 0x0F) << 12 | (bytes[at + 1] & 0x3F) << 6 | bytes[at + 2] & 0x3F;
            case 4 ->
                    (first & 0x07) << 18
                            | (bytes[at + 1] & 0x3F) << 12
                            | (bytes[at + 2] & 0x3F) << 6
                            | bytes[at + 3] & 0x3F;
            default -> 0xFFFD;
        };
    }

    /// The position after the character at `at`.
    int next(int at) {
        return Math.min(length, at + Utf8.lengthByLead(bytes[at] & 0xFF));
    }

    /// The position of the character before `at`, not before `from`.
    int previous(int at, int from) {
        int before = at - 1;
        while (before > from && (bytes[before] & 0xC0) == 0x80) {
            before--;
        }
        return before;
    }

    private void reserve(int more) {
        int needed = Math.addExact(length, more);
        if (needed > bytes.length) {
            int capacity = (int) Math.max(needed, Math.min(bytes.length * 2L, 1 << 30));
            bytes = Arrays.copyOf(bytes, capacity);
            begins = Arrays.copyOf(begins, capacity);
            ends = Arrays.copyOf(ends, capacity);
        }
    }
}
