package xlmr.model;

import java.util.Arrays;
import xlmr.autograd.Ops;
import xlmr.tensor.Tensor;
import xlmr.tensor.TokenBatch;

/// A head that reads all tokens of a sequence together and gives one row for it: what one writes
/// most often, and only has to write [#logits(Ops, Tensor, int\[\])] for.
public interface WholeTextHead extends Head {
    /// The logits of each sequence. `[N, C] -> [B, K]`
    ///
    /// @param selected the hidden states of all tokens of all sequences, one after the other
    /// @param starts `[B + 1]` where each sequence begins, and N
    @Override
    Tensor logits(Ops ops, Tensor selected, int[] starts);

    @Override
    default Tensor logits(Ops ops, Tensor selected) {
        return logits(ops, selected, new int[] {0, selected.size(0)}); // [1, K]
    }

    @Override
    default Tensor select(Ops ops, Tensor hidden, TokenBatch tokens) {
        return hidden; // [N, C]
    }

    @Override
    default int[] rowStarts(TokenBatch tokens) {
        return tokens.starts();
    }

    @Override
    default boolean readsSequences() {
        return true;
    }

    @Override
    default int[] resultStarts(int[] starts) {
        int[] results = new int[starts.length];
        Arrays.setAll(results, b -> b);
        return results;
    }
}
