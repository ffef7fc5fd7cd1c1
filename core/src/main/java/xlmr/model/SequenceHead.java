package xlmr.model;

import java.util.Arrays;
import xlmr.autograd.Ops;
import xlmr.tensor.Tensor;
import xlmr.tensor.TokenBatch;

/// A head that reads the first token of each sequence, `<s>`, and gives one row for it.
public interface SequenceHead extends Head {
    @Override
    default Tensor select(Ops ops, Tensor hidden, TokenBatch tokens) {
        return ops.selectRows(hidden, tokens.firstTokens()); // [B, C]
    }

    @Override
    default int[] rowStarts(TokenBatch tokens) {
        int[] starts = new int[tokens.sequences() + 1];
        Arrays.setAll(starts, b -> b);
        return starts;
    }
}
