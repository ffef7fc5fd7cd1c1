package xlmr.tokenizer.sentencepiece;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;
import xlmr.tokenizer.piece.Utf8;

/// The `precompiled_charsmap` of a model: which byte sequences the normalizer replaces, and by
/// what.
///
/// Layout: the size of the trie in bytes (little-endian, 32 bits), the trie (darts-clone double
/// array of 32-bit units, see its `DoubleArrayUnit`), then the replacements, each ended by a zero
/// byte. The table comes from a file, so every index is checked.
public final class Charsmap {
    private static final int BASIC_PLANE = 0x10000;
    private static final byte STARTS_RULE = 1;
    private static final byte IS_RULE = 2;

    private final int[] units;
    private final byte[] blob;
    private final int textStart;

    /// For each code point of the basic plane: whether a rule begins with it, whether it is a rule.
    private final byte[] known = new byte[BASIC_PLANE];

    private Charsmap(int[] units, byte[] blob, int textStart) {
        this.units = units;
        this.blob = blob;
        this.textStart = textStart;
        byte[] bytes = new byte[4];
        for (int codePoint = 0; codePoint < BASIC_PLANE; codePoint++) {
            known[codePoint] = look(bytes, Utf8.write(codePoint, bytes, 0));
        }
    }

    /// Reads the table.
    ///
    /// @return the table, or null if the bytes are empty: the model does not normalize
    /// @throws IllegalArgumentException with the reason, if the bytes are no such table
    public static @Nullable Charsmap parse(byte[] blob) {
        if (blob.length == 0) {
            return null;
        }
        if (blob.length <= 4) {
            throw new IllegalArgumentException(
                    "charsmap of " + blob.length + " bytes is too short");
        }
        ByteBuffer buffer = ByteBuffer.wrap(blob).order(ByteOrder.LITTLE_ENDIAN);
        long trieSize = buffer.getInt() & 0xFFFFFFFFL;
        if (trieSize == 0 || trieSize >= blob.length - 4) {
            throw new IllegalArgumentException(
                    "charsmap says its trie has " + trieSize + " of its " + blob.length + " bytes");
        }
        if (trieSize % 4 != 0) {
            throw new IllegalArgumentException("charsmap trie of " + trieSize + " bytes is cut");
        }
        if (blob[blob.length - 1] != 0) {
            throw new IllegalArgumentException("charsmap's last replacement has no end");
        }
        int[] units = new int[(int) trieSize / 4];
        buffer.asIntBuffer().get(units);
        int textStart = 4 + (int) trieSize;
        for (int unit : units) {
            if (unit < 0 && (unit & 0x7FFFFFFF) >= blob.length - textStart) {
                throw new IllegalArgumentException(
                        "charsmap names a replacement outside its table");
            }
        }
        return new Charsmap(units, blob, textStart);
    }

    /// Whether some rule begins with this code point.
    public boolean startsRule(int codePoint) {
        return codePoint >= BASIC_PLANE || (known[codePoint] & STARTS_RULE) != 0;
    }

    /// Whether some rule begins with these bytes.
    boolean startsRuleWith(byte[] bytes) {
        return look(bytes, bytes.length) != 0;
    }

    /// Whether there may be a rule for this code point alone.
    public boolean mayBeRule(int codePoint) {
        return codePoint >= BASIC_PLANE || (known[codePoint] & IS_RULE) != 0;
    }

    /// The longest rule that `text[from .. to)` begins with, as [#length] and [#replacement]; 0 if
    /// none.
    public long longest(byte[] text, int from, int to) {
        return search(text, from, to, false);
    }

    /// The shortest rule that `text[from .. to)` begins with; 0 if none.
    public long shortest(byte[] text, int from, int to) {
        return search(text, from, to, true);
    }

    /// Bytes of the text that a found rule covers.
    public static int length(long rule) {
        return (int) (rule >>> 32);
    }

    /// Where a found rule's replacement begins in [#bytes]; a zero byte ends it.
    public static int replacement(long rule) {
        return (int) rule;
    }

    /// The bytes in which replacements lie.
    public byte[] bytes() {
        return blob;
    }

    private long search(byte[] text, int from, int to, boolean first) {
        long found = 0;
        int node = offset(units[0]);
        for (int i = from; i < to; i++) {
            int b = text[i] & 0xFF;
            node ^= b;
            if (b == 0 || node < 0 || node >= units.length) {
                break;
            }
            int unit = units[node];
            if ((unit & 0x800000FF) != b) {
                break;
            }
            node ^= offset(unit);
            if ((unit >>> 8 & 1) != 0) {
                int start = node >= 0 && node < units.length ? units[node] & 0x7FFFFFFF : -1;
                if (start < 0 || start >= blob.length - textStart) {
                    break;
                }
                found = (long) (i + 1 - from) << 32 | textStart + start;
                if (first) {
                    break;
                }
            }
        }
        return found;
    }

    /// What is known of a code point of `length` bytes.
    private byte look(byte[] bytes, int length) {
        int node = offset(units[0]);
        int unit = 0;
        for (int i = 0; i < length; i++) {
            int b = bytes[i] & 0xFF;
            node ^= b;
            if (b == 0 || node < 0 || node >= units.length) {
                return 0;
            }
            unit = units[node];
            if ((unit & 0x800000FF) != b) {
                return 0;
            }
            node ^= offset(unit);
        }
        return (unit >>> 8 & 1) != 0 ? STARTS_RULE | IS_RULE : STARTS_RULE;
    }

    private static int offset(int unit) {
        return unit >>> 10 << ((unit & 0x200) >>> 6);
    }
}
