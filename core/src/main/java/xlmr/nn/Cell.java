package xlmr.nn;

import java.util.List;
import xlmr.autograd.Layout;
import xlmr.autograd.Ops;
import xlmr.backend.Activation;
import xlmr.tensor.Tensor;

/// What a recurrent layer does at one step, with PyTorch's formulas and order of gates.
public enum Cell {
    /// Long short-term memory (torch.nn.LSTM): i, f, g, o = W x + U h; c' = σ(f) c + σ(i) tanh(g);
    /// h' = σ(o) tanh(c').
    LSTM(4, 2) {
        @Override
        List<Tensor> step(Ops ops, Tensor input, Tensor recurrent, List<Tensor> state) {
            Tensor gates = ops.add(input, recurrent); // [M, 4 H]
            Tensor in = gate(ops, Activation.SIGMOID, gates, 0); // [M, H]
            Tensor forget = gate(ops, Activation.SIGMOID, gates, 1); // [M, H]
            Tensor candidate = gate(ops, Activation.TANH, gates, 2); // [M, H]
            Tensor out = gate(ops, Activation.SIGMOID, gates, 3); // [M, H]
            Tensor memory =
                    ops.add(
                            ops.multiply(forget, state.get(1)),
                            ops.multiply(in, candidate)); // [M, H]
            Tensor hidden = ops.multiply(out, ops.activation(Activation.TANH, memory)); // [M, H]
            return List.of(hidden, memory);
        }
    },
    /// Gated recurrent unit (torch.nn.GRU): r, z = σ(W x + U h); n = tanh(W x + r (U h)); h' = (1 -
    /// z) n + z h.
    GRU(3, 1) {
        @Override
        List<Tensor> step(Ops ops, Tensor input, Tensor recurrent, List<Tensor> state) {
            int columns = input.size(1) / 3;
            Tensor both =
                    ops.activation(
                            Activation.SIGMOID,
                            ops.add(
                                    Layout.sliceColumns(ops, input, 0, 2 * columns),
                                    Layout.sliceColumns(
                                            ops, recurrent, 0, 2 * columns))); // [M, 2 H]
            Tensor reset = Layout.sliceColumns(ops, both, 0, columns); // [M, H]
            Tensor update = Layout.sliceColumns(ops, both, columns, columns); // [M, H]
            Tensor own = Layout.sliceColumns(ops, input, 2 * columns, columns); // [M, H]
            Tensor past = Layout.sliceColumns(ops, recurrent, 2 * columns, columns); // [M, H]
            Tensor candidate =
                    ops.activation(
                            Activation.TANH, ops.add(own, ops.multiply(reset, past))); // [M, H]
            Tensor kept = ops.add(state.getFirst(), Layout.scale(ops, candidate, -1)); // [M, H]
            return List.of(ops.add(candidate, ops.multiply(update, kept))); // [M, H]
        }
    };

    private final int gates;
    private final int states;

    Cell(int gates, int states) {
        this.gates = gates;
        this.states = states;
    }

    /// How many times H the products with the weights have columns.
    public int gates() {
        return gates;
    }

    /// How many tensors are handed from step to step, the hidden state first.
    int states() {
        return states;
    }

    /// One step of M sequences.
    ///
    /// @param input `[M, gates H]` the product with the input, its bias added
    /// @param recurrent `[M, gates H]` the product with the hidden state, its bias added
    /// @param state of `[M, H]` each, as it was
    /// @return the state as it is now
    abstract List<Tensor> step(Ops ops, Tensor input, Tensor recurrent, List<Tensor> state);

    private static Tensor gate(Ops ops, Activation function, Tensor gates, int number) {
        int columns = gates.size(1) / 4;
        Tensor slice = Layout.sliceColumns(ops, gates, number * columns, columns); // [M, H]
        return ops.activation(function, slice); // [M, H]
    }
}
