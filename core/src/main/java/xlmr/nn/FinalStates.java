package xlmr.nn;

import java.util.List;
import xlmr.autograd.Layout;
import xlmr.autograd.Ops;
import xlmr.tensor.Tensor;

/// What a recurrent layer knows when it has read a sequence: its result at the last row, and of the
/// backward direction, the second half of the columns, at the first. `[N, C] -> [B, C]`
///
/// @param both whether there is a backward direction
public record FinalStates(boolean both) implements OneRow {
    @Override
    public Tensor forward(Ops ops, Tensor input, int[] starts) {
        int count = starts.length - 1;
        int[] first = new int[count];
        int[] last = new int[count];
        for (int b = 0; b < count; b++) {
            first[b] = starts[b];
            last[b] = starts[b + 1] - 1;
        }
        Tensor atLast = ops.selectRows(input, last); // [B, C]
        if (!both) {
            return atLast;
        }
        int half = input.size(1) / 2;
        Tensor atFirst = ops.selectRows(input, first); // [B, C]
        return Layout.concatColumns(
                ops,
                List.of(
                        Layout.sliceColumns(ops, atLast, 0, half),
                        Layout.sliceColumns(ops, atFirst, half, half))); // [B, C]
    }
}
