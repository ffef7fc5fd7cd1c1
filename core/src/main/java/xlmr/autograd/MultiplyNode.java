package xlmr.autograd;

import java.util.List;
import xlmr.tensor.Tensor;

/// Y = A ∘ B. dA += dY ∘ B; dB += dY ∘ A.
record MultiplyNode(Tensor left, Tensor right, Tensor output) implements Node {
    @Override
    public List<Tensor> reads() {
        return List.of(left, right);
    }

    @Override
    public void backward(Tape tape, Tensor dOutput) {
        Tensor dLeft = tape.gradient(left); // [as left]
        if (dLeft != null) {
            tape.backend().multiplyGradient(dOutput, tape.value(right), dLeft);
        }
        Tensor dRight = tape.gradient(right); // [as right]
        if (dRight != null) {
            tape.backend().multiplyGradient(dOutput, tape.value(left), dRight);
        }
    }
}
