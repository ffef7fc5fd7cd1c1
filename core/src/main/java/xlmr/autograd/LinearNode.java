package xlmr.autograd;

import java.util.List;
import org.jspecify.annotations.Nullable;
import xlmr.tensor.Tensor;

/// Y = X Wᵀ + b. dX += dY W; dW += dYᵀ X; db += Σ over rows of dY.
record LinearNode(Tensor input, Parameter weight, @Nullable Parameter bias, Tensor output)
        implements Node {
    static void check(Tensor input, Parameter weight, @Nullable Parameter bias) {
        Ops.expect("linear", "weight", weight.shape(), weight.shape().size(0), input.size(-1));
        if (bias != null) {
            Ops.expect("linear", "bias", bias.shape(), weight.shape().size(0));
        }
    }

    @Override
    public List<Tensor> reads() {
        return List.of(input);
    }

    @Override
    public void backward(Tape tape, Tensor dOutput) {
        toInputAndWeight(tape, input, weight, dOutput);
        toBias(tape, bias, dOutput);
    }

    static void toInputAndWeight(Tape tape, Tensor input, Parameter weight, Tensor dOutput) {
        Tensor dInput = tape.gradient(input); // [N, in]
        if (dInput != null) {
            tape.backend().linearInputGradient(dOutput, weight.value(), dInput);
        }
        Tensor dWeight = tape.parameters().dense(weight); // [out, in]
        if (dWeight != null) {
            tape.backend().linearWeightGradient(dOutput, tape.value(input), dWeight);
        }
    }

    static void toBias(Tape tape, @Nullable Parameter bias, Tensor dOutput) {
        Tensor dBias = bias == null ? null : tape.parameters().dense(bias); // [out]
        if (dBias != null) {
            tape.backend().biasGradient(dOutput, dBias);
        }
    }
}
