package xlmr.autograd;

import java.util.List;
import org.jspecify.annotations.Nullable;
import xlmr.backend.Backend;
import xlmr.tensor.Tensor;

/// Y = X Wᵀ + b. dX += dY W; dW += dYᵀ X; db += Σ over rows of dY.
record LinearNode(Tensor input, Parameter weight, @Nullable Parameter bias, Tensor output)
        implements Node {
    @Override
    public List<Tensor> reads() {
        return List.of(input);
    }

    @Override
    public void backward(Tape tape, Tensor dOutput) {
        Backend backend = tape.backend();
        Tensor dInput = tape.gradient(input); // [N, in]
        if (dInput != null) {
            backend.linearInputGradient(dOutput, weight.value(), dInput);
        }
        Tensor dWeight = tape.parameters().dense(weight); // [out, in]
        if (dWeight != null) {
            backend.linearWeightGradient(dOutput, tape.value(input), dWeight);
        }
        Tensor dBias = bias == null ? null : tape.parameters().dense(bias); // [out]
        if (dBias != null) {
            backend.biasGradient(dOutput, dBias);
        }
    }
}
