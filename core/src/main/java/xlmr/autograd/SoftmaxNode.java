package xlmr.autograd;

import xlmr.tensor.Tensor;

/// Y = softmax(X) by row. dX += Y ∘ (dY - Σ Y ∘ dY).
record SoftmaxNode(Tensor input, Tensor output) implements Node {
    @Override
    public void backward(Tape tape, Tensor dOutput) {
        Tensor dInput = tape.gradient(input); // [as the input]
        if (dInput != null) {
            tape.backend().softmaxGradient(output, dOutput, dInput);
        }
    }
}
