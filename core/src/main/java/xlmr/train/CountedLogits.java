package xlmr.train;

import xlmr.autograd.Ops;
import xlmr.data.TrainingExamples;
import xlmr.model.Head;
import xlmr.tensor.Tensor;

/// The logits of the rows that a loss looks at.
final class CountedLogits {
    private CountedLogits() {}

    /// A head that looks at a row alone is spared the rows that do not count. `[R, C] -> [R', K]`
    ///
    /// @param selected what the head reads of the batch
    static Tensor of(Ops ops, Head head, Tensor selected, TrainingExamples.Labelled batch) {
        int[] counted = batch.targets().countedRows();
        int[] starts = head.rowStarts(batch.tokens());
        if (counted == null || counted.length == selected.size(0)) {
            return head.logits(ops, selected, starts); // [R, K]
        }
        return head.readsSequences()
                ? ops.selectRows(head.logits(ops, selected, starts), counted) // [R', K]
                : head.logits(ops, ops.selectRows(selected, counted)); // [R', K]
    }
}
