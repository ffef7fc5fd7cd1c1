package xlmr.endtoend;

import java.util.ArrayList;
import java.util.List;
import xlmr.autograd.Layout;
import xlmr.autograd.Ops;
import xlmr.autograd.Parameter;
import xlmr.backend.Activation;
import xlmr.model.Head;
import xlmr.model.HeadContext;
import xlmr.model.HeadFactory;
import xlmr.model.HeadWeights;
import xlmr.model.WholeTextHead;
import xlmr.nn.Linear;
import xlmr.tensor.Tensor;

/// An LSTM that reads a text token by token; its last state decides.
public final class LstmHead implements HeadFactory {
    @Override
    public String name() {
        return "my-lstm";
    }

    @Override
    public Head create(HeadContext context, String argument, HeadWeights weights) {
        int size = argument.isEmpty() ? 64 : Integer.parseInt(argument);
        HeadWeights.Initial even = HeadWeights.Initial.uniform(1 / Math.sqrt(size));
        return new Lstm(
                weights.linear("input", even, even, 4 * size, context.hiddenSize()),
                weights.linear("recurrent", even, even, 4 * size, size),
                weights.linear("projection", context.numLabels(), size),
                context.dropout());
    }

    private record Lstm(Linear input, Linear recurrent, Linear projection, float dropout)
            implements WholeTextHead {
        @Override
        public Tensor logits(Ops ops, Tensor hiddenStates, int[] starts) {
            Tensor products = input.forward(ops, ops.dropout(hiddenStates, dropout)); // [N, 4 H]
            int texts = starts.length - 1;
            List<Tensor> states = new ArrayList<>();
            List<int[]> places = new ArrayList<>();
            for (int b = 0; b < texts; b++) {
                states.add(lastState(ops, products, starts[b], starts[b + 1])); // [1, H]
                places.add(new int[] {b});
            }
            Tensor last = Layout.placeRows(ops, states, places, texts); // [B, H]
            return projection.forward(ops, ops.dropout(last, dropout)); // [B, K]
        }

        private Tensor lastState(Ops ops, Tensor products, int from, int to) {
            int size = products.size(1) / 4;
            Tensor state = ops.zeros(1, size); // [1, H]
            Tensor memory = ops.zeros(1, size); // [1, H]
            for (int n = from; n < to; n++) {
                Tensor own = ops.selectRows(products, new int[] {n}); // [1, 4 H]
                Tensor gates = ops.add(own, recurrent.forward(ops, state)); // [1, 4 H]
                Tensor in = gate(ops, Activation.SIGMOID, gates, 0); // [1, H]
                Tensor forget = gate(ops, Activation.SIGMOID, gates, 1); // [1, H]
                Tensor candidate = gate(ops, Activation.TANH, gates, 2); // [1, H]
                Tensor out = gate(ops, Activation.SIGMOID, gates, 3); // [1, H]
                Tensor kept = ops.multiply(forget, memory); // [1, H]
                memory = ops.add(kept, ops.multiply(in, candidate)); // [1, H]
                state = ops.multiply(out, ops.activation(Activation.TANH, memory)); // [1, H]
            }
            return state;
        }

        private static Tensor gate(Ops ops, Activation function, Tensor gates, int number) {
            int size = gates.size(1) / 4;
            Tensor slice = Layout.sliceColumns(ops, gates, number * size, size); // [1, H]
            return ops.activation(function, slice); // [1, H]
        }

        @Override
        public List<Parameter> parameters() {
            List<Parameter> parameters = new ArrayList<>(input.parameters());
            parameters.addAll(recurrent.parameters());
            parameters.addAll(projection.parameters());
            return parameters;
        }
    }
}
