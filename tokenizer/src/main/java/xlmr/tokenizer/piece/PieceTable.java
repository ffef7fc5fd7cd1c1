package xlmr.tokenizer.piece;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// The UTF-8 texts of all pieces in one array. A piece is the range `starts[id] .. ends[id]`; the
/// array may be the model file itself, so that a vocabulary of 250,000 pieces makes no object per
/// piece.
public final class PieceTable {
    private final byte[] bytes;
    private final int[] starts;
    private final int[] ends;
    private final int size;

    /// Takes the arrays as they are; only the first `size` entries of `starts` and `ends` count.
    public PieceTable(byte[] bytes, int[] starts, int[] ends, int size) {
        this.bytes = bytes;
        this.starts = starts;
        this.ends = ends;
        this.size = size;
    }

    /// Number of pieces.
    public int size() {
        return size;
    }

    /// The piece's text.
    public String text(int id) {
        return new String(bytes, starts[id], length(id), StandardCharsets.UTF_8);
    }

    /// The piece's length in bytes.
    public int length(int id) {
        return ends[id] - starts[id];
    }

    /// The byte at `index` of the piece, 0..255.
    public int byteAt(int id, int index) {
        return bytes[starts[id] + index] & 0xFF;
    }

    /// Copies the piece's bytes to `target` from `position` on.
    public void copy(int id, byte[] target, int position) {
        System.arraycopy(bytes, starts[id], target, position, length(id));
    }

    /// Whether the piece's text is `text`.
    public boolean is(int id, String text) {
        byte[] other = text.getBytes(StandardCharsets.UTF_8);
        return Arrays.equals(bytes, starts[id], ends[id], other, 0, other.length);
    }

    /// Order by unsigned bytes from byte `from` on; both pieces are at least that long.
    int compareFrom(int left, int right, int from) {
        return Arrays.compareUnsigned(
                bytes, starts[left] + from, ends[left], bytes, starts[right] + from, ends[right]);
    }

    /// The first piece that is not well-formed UTF-8, or -1.
    public int firstMalformed() {
        for (int id = 0; id < size; id++) {
            if (!Utf8.isWellFormed(bytes, starts[id], ends[id])) {
                return id;
            }
        }
        return -1;
    }
}
