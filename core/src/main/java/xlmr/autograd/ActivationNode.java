package xlmr.autograd;

import java.util.List;
import xlmr.backend.Activation;
import xlmr.tensor.Tensor;

/// Y = f(X) by element. dX += dY f'(X).
record ActivationNode(Activation function, Tensor input, Tensor output) implements Node {
    @Override
    public List<Tensor> reads() {
        return List.of(input);
    }

    @Override
    public void backward(Tape tape, Tensor dOutput) {
        Tensor dInput = tape.gradient(input); // [as the input]
        if (dInput != null) {
            tape.backend().activationGradient(function, tape.value(input), dOutput, dInput);
        }
    }
}
