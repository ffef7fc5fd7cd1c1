package xlmr.model;

import xlmr.autograd.Ops;
import xlmr.tensor.Tensor;
import xlmr.tensor.TokenBatch;

/// A head that gives one row for every token.
public interface TokenHead extends Head {
    @Override
    default Tensor select(Ops ops, Tensor hidden, TokenBatch tokens) {
        return hidden; // [N, C]
    }

    @Override
    default int[] rowStarts(TokenBatch tokens) {
        return tokens.starts();
    }
}
