package xlmr.nn;

import java.util.List;
import xlmr.autograd.Ops;
import xlmr.autograd.Parameter;
import xlmr.tensor.Tensor;

/// A layer over packed sequences: B of them, of N rows in all, one after the other.
public interface SequenceLayer {
    /// `[N, in] -> [N', out]`, with as many rows as [#resultStarts] says
    ///
    /// @param starts `[B + 1]` where each sequence begins, and N
    Tensor forward(Ops ops, Tensor input, int[] starts);

    /// `[B + 1]` where each sequence begins in the result, and N'. As in the input, if the layer
    /// does not make one row of a sequence.
    default int[] resultStarts(int[] starts) {
        return starts;
    }

    /// Whether a row of the result depends on other rows of its sequence.
    boolean readsSequences();

    /// All weights.
    List<Parameter> parameters();
}
