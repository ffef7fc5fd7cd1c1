package xlmr.tokenizer.piece;

/// All pieces that begin at a place of the text, found byte by byte: a double-array trie (Aoe 1989,
/// with the exclusive-or addressing of darts-clone). One step is one read of eight bytes.
///
/// A unit holds, from the low bits up: label + 1 (9 bits), base (25 bits), value + 1 (30 bits). The
/// child of a unit by byte `b` lies at `base ^ b` and carries the label `b`. No two units share a
/// base, so the label alone proves whose child it is.
public final class PieceTrie {
    static final int LABEL_BITS = 9;
    static final int BASE_BITS = 25;
    static final int VALUE_SHIFT = LABEL_BITS + BASE_BITS;
    static final int LABEL_MASK = (1 << LABEL_BITS) - 1;
    static final int BASE_MASK = (1 << BASE_BITS) - 1;

    private final long[] units;
    private final int firstDuplicate;

    PieceTrie(long[] units, int firstDuplicate) {
        this.units = units;
        this.firstDuplicate = firstDuplicate;
    }

    /// The trie of the pieces `ids[0 .. count)`; it sorts `ids`. Of equal texts the largest id is
    /// kept.
    public static PieceTrie of(PieceTable pieces, int[] ids, int count) {
        return new PieceTrieBuilder(pieces, ids, count).build();
    }

    /// A piece whose text another piece has too, or -1.
    public int firstDuplicate() {
        return firstDuplicate;
    }

    /// Where a walk begins.
    public long root() {
        return units[0];
    }

    /// The unit after `unit` by byte `b` (0..255), or 0 if no piece goes on so.
    public long child(long unit, int b) {
        long next = units[(int) (unit >>> LABEL_BITS) & BASE_MASK ^ b];
        return (next & LABEL_MASK) == b + 1 ? next : 0;
    }

    /// The id of the piece that ends at `unit`, or -1.
    public static int value(long unit) {
        return (int) (unit >>> VALUE_SHIFT) - 1;
    }

    /// The id of the piece that is exactly `bytes[from .. to)`, or -1.
    public int find(byte[] bytes, int from, int to) {
        long unit = root();
        for (int i = from; i < to; i++) {
            unit = child(unit, bytes[i] & 0xFF);
            if (unit == 0) {
                return -1;
            }
        }
        return from == to ? -1 : value(unit);
    }

    /// Length of the longest piece that `bytes[from .. to)` begins with, 0 if there is none.
    public int longestPrefix(byte[] bytes, int from, int to) {
        int longest = 0;
        long unit = root();
        for (int i = from; i < to; i++) {
            unit = child(unit, bytes[i] & 0xFF);
            if (unit == 0) {
                break;
            }
            if (value(unit) >= 0) {
                longest = i + 1 - from;
            }
        }
        return longest;
    }
}
