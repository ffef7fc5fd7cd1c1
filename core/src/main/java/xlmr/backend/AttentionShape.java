package xlmr.backend;

import java.util.Arrays;

/// How attention sees its operands: queries and outputs are `[N, C]`, keys and values `[M, C]`. As
/// a rule they are of the same tokens; they are not where some tokens may not be attended to, or
/// where keys of earlier tokens were kept.
///
/// @param starts `[B + 1]` first query of each sequence, and N; a query attends within its sequence
///   only
/// @param keyStarts `[B + 1]` first key of each sequence, and M; every sequence has at least one
/// @param heads H; head h owns columns `h * C/H` to `(h + 1) * C/H`, with C the operands' width
/// @param causal whether a query sees only keys up to its own; the last query of a sequence belongs
///   to its last key
public record AttentionShape(int[] starts, int[] keyStarts, int heads, boolean causal) {
    /// Checks that the sequences of queries and keys fit each other.
    public AttentionShape {
        if (starts.length != keyStarts.length) {
            throw new IllegalArgumentException(
                    "attention: %d sequences of queries, %d of keys; expected as many"
                            .formatted(starts.length - 1, keyStarts.length - 1));
        }
        for (int b = 0; b + 1 < starts.length; b++) {
            int queries = starts[b + 1] - starts[b];
            int keys = keyStarts[b + 1] - keyStarts[b];
            if (keys < 1 || (causal && keys < queries)) {
                throw new IllegalArgumentException(
                        "attention: sequence %d has %d keys for %d queries; expected at least %s"
                                .formatted(b, keys, queries, causal ? "as many" : "one"));
            }
        }
    }

    /// Queries and keys of the same tokens.
    ///
    /// @param starts `[B + 1]` first token of each sequence, and N
    public static AttentionShape of(int[] starts, int heads, boolean causal) {
        return new AttentionShape(starts, starts, heads, causal);
    }

    /// The same for another number of heads.
    public AttentionShape withHeads(int value) {
        return value == heads ? this : new AttentionShape(starts, keyStarts, value, causal);
    }

    /// N.
    public int tokens() {
        return starts[starts.length - 1];
    }

    /// M.
    public int keyTokens() {
        return keyStarts[keyStarts.length - 1];
    }

    /// B.
    public int sequences() {
        return starts.length - 1;
    }

    /// Queries of sequence `b`.
    public int queries(int b) {
        return starts[b + 1] - starts[b];
    }

    /// Keys of sequence `b`.
    public int keys(int b) {
        return keyStarts[b + 1] - keyStarts[b];
    }

    /// How many keys of sequence `b` its i-th query sees: the first ones.
    public int seen(int b, int i) {
        return causal ? keys(b) - queries(b) + i + 1 : keys(b);
    }

    /// Number of probabilities: the sum over sequences of H times queries times keys.
    public int probabilities() {
        long sum = 0;
        for (int b = 0; b < sequences(); b++) {
            sum += (long) heads * queries(b) * keys(b);
        }
        return Math.toIntExact(sum);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof AttentionShape shape
                && heads == shape.heads
                && causal == shape.causal
                && Arrays.equals(starts, shape.starts)
                && Arrays.equals(keyStarts, shape.keyStarts);
    }

    @Override
    public int hashCode() {
        int hash = 31 * Arrays.hashCode(starts) + Arrays.hashCode(keyStarts);
        return 31 * (31 * hash + heads) + Boolean.hashCode(causal);
    }
}
