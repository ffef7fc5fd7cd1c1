package xlmr.autograd;

import java.util.List;
import xlmr.backend.DropoutMask;
import xlmr.tensor.Tensor;

/// Y = X ∘ M, M being 0 or 1 / (1 - p) by the counter-based mask. dX += dY ∘ M.
record DropoutNode(Tensor input, DropoutMask mask, Tensor output) implements Node {
    @Override
    public List<Tensor> reads() {
        return List.of();
    }

    @Override
    public void backward(Tape tape, Tensor dOutput) {
        Tensor dInput = tape.gradient(input); // [as the input]
        if (dInput != null) {
            tape.backend().dropoutGradient(dOutput, mask, dInput);
        }
    }
}
