package xlmr.nn;

import xlmr.autograd.Ops;
import xlmr.backend.SegmentReduction;
import xlmr.tensor.Tensor;

/// The mean or the largest of each sequence's rows, column by column. `[N, C] -> [B, C]`
///
/// @param reduction which
public record SegmentPooling(SegmentReduction reduction) implements OneRow {
    @Override
    public Tensor forward(Ops ops, Tensor input, int[] starts) {
        return ops.reduceSegments(reduction, input, starts); // [B, C]
    }
}
