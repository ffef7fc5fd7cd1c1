package xlmr.autograd;

import xlmr.tensor.Tensor;

/// Y = X - logsumexp(X) by row. dX += dY - exp(Y) Σ dY.
record LogSoftmaxNode(Tensor input, Tensor output) implements Node {
    @Override
    public void backward(Tape tape, Tensor dOutput) {
        Tensor dInput = tape.gradient(input); // [as the input]
        if (dInput != null) {
            tape.backend().logSoftmaxGradient(output, dOutput, dInput);
        }
    }
}
