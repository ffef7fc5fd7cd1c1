package xlmr.tokenizer.sentencepiece;

import xlmr.tokenizer.piece.Utf8;

/// A String as UTF-8 in a reused array. A lone surrogate becomes the three bytes that its number
/// would have, which are not UTF-8, so that it is treated as the C++ library treats invalid input.
public final class SourceText {
    private char[] characters = new char[0];
    private byte[] bytes = new byte[0];
    private int length;
    private boolean ascii;

    /// Takes a text.
    public void set(String text) {
        int count = text.length();
        if (characters.length < count) {
            characters = new char[Math.max(count, 256)];
            bytes = new byte[Math.multiplyExact(characters.length, 3)];
        }
        text.getChars(0, count, characters, 0);
        int at = 0;
        int i = 0;
        while (i < count && characters[i] < 0x80) {
            bytes[at++] = (byte) characters[i++];
        }
        ascii = i == count;
        while (i < count) {
            char c = characters[i++];
            if (c < 0x80) {
                bytes[at++] = (byte) c;
            } else if (Character.isHighSurrogate(c)
                    && i < count
                    && Character.isLowSurrogate(characters[i])) {
                at = Utf8.write(Character.toCodePoint(c, characters[i++]), bytes, at);
            } else {
                at = Utf8.write(c, bytes, at);
            }
        }
        length = at;
    }

    /// The text in UTF-8, its first [#length()] bytes.
    public byte[] bytes() {
        return bytes;
    }

    /// Number of bytes.
    public int length() {
        return length;
    }

    /// Turns ascending byte positions into UTF-16 indices, in place; within a character its
    /// beginning.
    public void toUtf16(int[] positions, int count) {
        if (ascii) {
            return;
        }
        int at = 0;
        int index = 0;
        for (int i = 0; i < count; i++) {
            int wanted = positions[i];
            if (wanted < at) { // a position before its predecessor: begin again
                at = 0;
                index = 0;
            }
            while (at < wanted) {
                int step = Utf8.lengthByLead(bytes[at] & 0xFF);
                if (at + step > wanted) {
                    break;
                }
                at += step;
                index += step == 4 ? 2 : 1;
            }
            positions[i] = index;
        }
    }
}
