package xlmr.autograd;

import java.util.List;
import xlmr.tensor.Tensor;

/// Y = X - logsumexp(X) by row. dX += dY - exp(Y) Σ dY.
record LogSoftmaxNode(Tensor input, Tensor output) implements Node {
    @Override
    public List<Tensor> reads() {
        return List.of(output);
    }

    @Override
    public void backward(Tape tape, Tensor dOutput) {
        Tensor dInput = tape.gradient(input); // [as the input]
        if (dInput != null) {
            tape.backend().logSoftmaxGradient(tape.value(output), dOutput, dInput);
        }
    }
}
