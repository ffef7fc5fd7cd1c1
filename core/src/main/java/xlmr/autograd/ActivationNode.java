package xlmr.autograd;

import xlmr.backend.Activation;
import xlmr.tensor.Tensor;

/// Y = f(X) by element. dX += dY f'(X).
record ActivationNode(Activation function, Tensor input, Tensor output) implements Node {
    @Override
    public void backward(Tape tape, Tensor dOutput) {
        Tensor dInput = tape.gradient(input); // [as the input]
        if (dInput != null) {
            tape.backend().activationGradient(function, input, dOutput, dInput);
        }
    }
}
