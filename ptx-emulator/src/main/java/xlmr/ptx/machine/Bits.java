package xlmr.ptx.machine;

import java.util.Arrays;

/// One bit for each byte of a memory.
final class Bits {
    private final long[] words;

    Bits(int bytes) {
        words = new long[(bytes + 63) / 64 + 1];
    }

    /// Whether all bits of an aligned access of up to 16 bytes are set; such an access lies in one
    /// word.
    boolean allSet(int offset, int bytes) {
        long wanted = ((1L << bytes) - 1) << (offset & 63);
        return (words[offset >> 6] & wanted) == wanted;
    }

    void set(int offset, int bytes) {
        words[offset >> 6] |= ((1L << bytes) - 1) << (offset & 63);
    }

    void clear(int offset, int bytes) {
        words[offset >> 6] &= ~(((1L << bytes) - 1) << (offset & 63));
    }

    /// Whether all bits of any range are set.
    boolean rangeSet(int start, int end) {
        for (int at = start; at < end; ) {
            if ((at & 63) == 0 && end - at >= 64) {
                if (words[at >> 6] != -1) {
                    return false;
                }
                at += 64;
            } else {
                if ((words[at >> 6] >>> (at & 63) & 1) == 0) {
                    return false;
                }
                at++;
            }
        }
        return true;
    }

    void setRange(int start, int end) {
        for (int at = start; at < end; ) {
            if ((at & 63) == 0 && end - at >= 64) {
                words[at >> 6] = -1;
                at += 64;
            } else {
                words[at >> 6] |= 1L << (at & 63);
                at++;
            }
        }
    }

    void clearAll() {
        Arrays.fill(words, 0);
    }
}
