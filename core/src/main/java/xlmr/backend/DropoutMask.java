package xlmr.backend;

/// Which elements a dropout keeps: a pure function of a key and the element's index, so that any
/// number of threads, the backward pass and every device see the same mask without storing it.
///
/// Element `i` of row stream `(low, high)` hashes to 32 bits with two rounds of multiply and
/// xor-shift; it is dropped if the upper 24 bits lie below `probability * 2^24`. Kept elements are
/// scaled by `1 / (1 - probability)`.
///
/// @param probability of an element to become 0; at least 0, below 1
/// @param low first half of the key
/// @param high second half of the key
public record DropoutMask(float probability, int low, int high) {
    /// Nothing is dropped.
    public static final DropoutMask NONE = new DropoutMask(0, 0, 0);

    private static final int INDEX_FACTOR = 0x9E3779B9;

    /// Checks the probability.
    public DropoutMask {
        if (!(probability >= 0 && probability < 1)) {
            throw new IllegalArgumentException(
                    "dropout: expected a probability in [0, 1), found " + probability);
        }
    }

    /// The mask of one dropout operation.
    ///
    /// @param seed of the run
    /// @param step of the optimizer, counting micro-batches
    /// @param node ordinal of the operation within the step
    public static DropoutMask of(float probability, long seed, long step, int node) {
        long key = mix64(seed + 0x9E3779B97F4A7C15L * (step + 1));
        key = mix64(key ^ (0xD1B54A32D192ED03L * (node + 1)));
        return new DropoutMask(probability, (int) key, (int) (key >>> 32));
    }

    /// Whether anything is dropped.
    public boolean isActive() {
        return probability > 0;
    }

    /// Hashes at or above this, compared as unsigned 24-bit numbers, are kept.
    public int threshold() {
        return Math.round(probability * (1 << 24));
    }

    /// The mask of a part of a larger array: its element `i` is element `first + i` of that one,
    /// and its rows, if they are drawn by [#row], likewise.
    public DropoutMask from(long first) {
        // The hash begins with index * factor + low.
        return new DropoutMask(probability, low + (int) first * INDEX_FACTOR, high);
    }

    /// What kept elements are multiplied by.
    public float scale() {
        return 1 / (1 - probability);
    }

    /// The mask of one row of a larger array, whose elements are then counted from 0; attention
    /// draws a row per token and head, since its whole index would not fit 32 bits.
    public DropoutMask row(int row) {
        return new DropoutMask(probability, hash(row, low, high), high);
    }

    /// Whether element `index` is kept.
    public boolean keeps(int index) {
        return (hash(index, low, high) >>> 8) >= threshold();
    }

    /// The hash behind [#keeps]; kernels compute the same in lanes.
    public static int hash(int index, int low, int high) {
        int h = index * INDEX_FACTOR + low;
        h ^= h >>> 16;
        h *= 0x7FEB352D;
        h ^= h >>> 15;
        h += high;
        h *= 0x846CA68B;
        h ^= h >>> 16;
        return h;
    }

    private static long mix64(long z) {
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
