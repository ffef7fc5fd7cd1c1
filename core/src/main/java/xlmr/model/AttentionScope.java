package xlmr.model;

import xlmr.autograd.Ops;
import xlmr.backend.AttentionShape;
import xlmr.tensor.Tensor;
import xlmr.tensor.TokenBatch;

/// Which keys and values the tokens of a batch attend to: as a rule those of the same tokens.
public interface AttentionScope {
    /// How queries and keys are laid out.
    AttentionShape shape();

    /// The keys to attend to, given those of the batch's tokens; the same is done with the values.
    /// `[N, C] -> [M, C]`
    ///
    /// @param layer counted from 0
    Tensor keys(Ops ops, int layer, Tensor keys);

    /// As [#keys], for the values. `[N, C] -> [M, C]`
    Tensor values(Ops ops, int layer, Tensor values);

    /// All tokens of the same sequence, or if causal those up to each token itself.
    static AttentionScope of(TokenBatch tokens, int heads, boolean causal) {
        AttentionShape shape = AttentionShape.of(tokens.starts(), heads, causal);
        return new SameTokens(shape);
    }

    /// The tokens of the batch themselves.
    record SameTokens(AttentionShape shape) implements AttentionScope {
        @Override
        public Tensor keys(Ops ops, int layer, Tensor keys) {
            return keys; // [N, C]
        }

        @Override
        public Tensor values(Ops ops, int layer, Tensor values) {
            return values; // [N, C]
        }
    }

    /// Some tokens of the batch: the others attend, but are not attended to, like padding in the
    /// reference.
    ///
    /// @param rows `[M]` the tokens that can be seen
    record SomeTokens(int[] rows, AttentionShape shape) implements AttentionScope {
        @Override
        public Tensor keys(Ops ops, int layer, Tensor keys) {
            return ops.selectRows(keys, rows); // [M, C]
        }

        @Override
        public Tensor values(Ops ops, int layer, Tensor values) {
            return ops.selectRows(values, rows); // [M, C]
        }
    }
}
