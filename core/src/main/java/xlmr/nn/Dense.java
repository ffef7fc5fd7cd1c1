package xlmr.nn;

import java.util.List;
import xlmr.autograd.Ops;
import xlmr.autograd.Parameter;
import xlmr.backend.Activation;
import xlmr.tensor.Tensor;

/// Dropout, a linear layer and an activation: one layer of a perceptron.
///
/// @param linear `[out, in]`
/// @param activation after it
/// @param dropout before it
public record Dense(Linear linear, Activation activation, float dropout) implements SequenceLayer {
    @Override
    public Tensor forward(Ops ops, Tensor input, int[] starts) {
        Tensor inner = linear.forward(ops, ops.dropout(input, dropout)); // [N, out]
        return ops.activation(activation, inner); // [N, out]
    }

    @Override
    public boolean readsSequences() {
        return false;
    }

    @Override
    public List<Parameter> parameters() {
        return linear.parameters();
    }
}
