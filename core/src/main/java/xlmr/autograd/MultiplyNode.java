package xlmr.autograd;

import xlmr.tensor.Tensor;

/// Y = A ∘ B. dA += dY ∘ B; dB += dY ∘ A.
record MultiplyNode(Tensor left, Tensor right, Tensor output) implements Node {
    @Override
    public void backward(Tape tape, Tensor dOutput) {
        Tensor dLeft = tape.gradient(left); // [as left]
        if (dLeft != null) {
            tape.backend().multiplyGradient(dOutput, right, dLeft);
        }
        Tensor dRight = tape.gradient(right); // [as right]
        if (dRight != null) {
            tape.backend().multiplyGradient(dOutput, left, dRight);
        }
    }
}
