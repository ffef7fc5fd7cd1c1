package xlmr.autograd;

import java.util.List;
import org.jspecify.annotations.Nullable;
import xlmr.backend.Activation;
import xlmr.tensor.Tensor;

/// Y = f(Z), Z = X Wᵀ + b. dZ = dY f'(Z), and on as [LinearNode].
record LinearActivationNode(
        Tensor input,
        Parameter weight,
        @Nullable Parameter bias,
        Activation function,
        Tensor preActivation,
        Tensor output)
        implements Node {
    @Override
    public List<Tensor> reads() {
        return List.of(input, preActivation);
    }

    @Override
    public void backward(Tape tape, Tensor dOutput) {
        Tensor dInner = tape.scratch(preActivation.shape()); // [N, out]
        Tensor dBias = bias == null ? null : tape.parameters().dense(bias); // [out]
        tape.backend()
                .linearActivationGradient(
                        function, tape.value(preActivation), dOutput, dInner, dBias);
        LinearNode.toInputAndWeight(tape, input, weight, dInner);
        tape.release(dInner);
    }
}
