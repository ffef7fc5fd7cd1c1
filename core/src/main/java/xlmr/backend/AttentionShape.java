package xlmr.backend;

import java.util.Arrays;

/// How attention sees its `[N, C]` operands.
///
/// @param starts `[B + 1]` first token of each sequence, and N; tokens attend within their sequence
///   only
/// @param heads H; head h owns columns `h * C/H` to `(h + 1) * C/H`
/// @param causal whether a token sees only itself and those before it
public record AttentionShape(int[] starts, int heads, boolean causal) {
    /// N.
    public int tokens() {
        return starts[starts.length - 1];
    }

    /// B.
    public int sequences() {
        return starts.length - 1;
    }

    /// Number of probabilities: the sum over sequences of H T T.
    public int probabilities() {
        long sum = 0;
        for (int b = 0; b < sequences(); b++) {
            long length = starts[b + 1] - starts[b];
            sum += heads * length * length;
        }
        return Math.toIntExact(sum);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof AttentionShape shape
                && heads == shape.heads
                && causal == shape.causal
                && Arrays.equals(starts, shape.starts);
    }

    @Override
    public int hashCode() {
        return 31 * (31 * Arrays.hashCode(starts) + heads) + Boolean.hashCode(causal);
    }
}
