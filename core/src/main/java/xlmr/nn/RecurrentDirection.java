package xlmr.nn;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import xlmr.autograd.Layout;
import xlmr.autograd.Ops;
import xlmr.autograd.Parameter;
import xlmr.tensor.Tensor;

/// A recurrent network that reads packed sequences in one direction. The product with the input is
/// made for all rows at once, that with the hidden state step by step, for the sequences that are
/// still running.
///
/// @param cell what a step does
/// @param input `[gates H, in]`
/// @param recurrent `[gates H, H]`
/// @param backwards whether sequences are read from their end
record RecurrentDirection(Cell cell, Linear input, Linear recurrent, boolean backwards) {
    /// The hidden states. `[N, in] -> [N, H]`
    Tensor forward(Ops ops, Tensor rows, int[] starts) {
        return ops.scope(() -> run(ops, rows, starts)); // [N, H]
    }

    private Tensor run(Ops ops, Tensor rows, int[] starts) {
        Tensor products = input.forward(ops, rows); // [N, gates H]
        List<int[]> steps = TimeSteps.of(starts, backwards).rows();
        int columns = recurrent.weight().shape().size(1);
        List<Tensor> state = new ArrayList<>();
        for (int i = 0; i < cell.states(); i++) {
            state.add(ops.zeros(steps.getFirst().length, columns)); // [B, H]
        }
        List<Tensor> hidden = new ArrayList<>();
        for (int[] step : steps) {
            state = state.stream().map(tensor -> first(ops, tensor, step.length)).toList();
            Tensor own = ops.selectRows(products, step); // [M, gates H]
            Tensor past = recurrent.forward(ops, state.getFirst()); // [M, gates H]
            state = cell.step(ops, own, past, state);
            hidden.add(state.getFirst()); // [M, H]
        }
        return Layout.placeRows(ops, hidden, steps, rows.size(0)); // [N, H]
    }

    private static Tensor first(Ops ops, Tensor tensor, int count) {
        if (tensor.size(0) == count) {
            return tensor;
        }
        int[] rows = new int[count];
        Arrays.setAll(rows, i -> i);
        return ops.selectRows(tensor, rows); // [count, H]
    }

    List<Parameter> parameters() {
        List<Parameter> parameters = new ArrayList<>();
        parameters.add(input.weight());
        parameters.add(recurrent.weight());
        parameters.addAll(input.parameters().subList(1, input.parameters().size()));
        parameters.addAll(recurrent.parameters().subList(1, recurrent.parameters().size()));
        return parameters;
    }
}
