package xlmr.autograd;

import java.util.List;
import xlmr.tensor.Tensor;

/// Y = softmax(X) by row. dX += Y ∘ (dY - Σ Y ∘ dY).
record SoftmaxNode(Tensor input, Tensor output) implements Node {
    @Override
    public List<Tensor> reads() {
        return List.of(output);
    }

    @Override
    public void backward(Tape tape, Tensor dOutput) {
        Tensor dInput = tape.gradient(input); // [as the input]
        if (dInput != null) {
            tape.backend().softmaxGradient(tape.value(output), dOutput, dInput);
        }
    }
}
