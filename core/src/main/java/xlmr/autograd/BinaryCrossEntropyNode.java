package xlmr.autograd;

import java.util.List;
import xlmr.tensor.Tensor;

/// loss = mean binary cross-entropy of σ(logits). dLogits += dLoss (σ(logits) - labels) / elements.
record BinaryCrossEntropyNode(Tensor logits, Tensor labels, Tensor output) implements Node {
    @Override
    public List<Tensor> reads() {
        return List.of(logits, labels);
    }

    @Override
    public void backward(Tape tape, Tensor dOutput) {
        Tensor dInput = tape.gradient(logits); // [as the input]
        if (dInput != null) {
            tape.backend()
                    .binaryCrossEntropyGradient(
                            tape.value(logits),
                            tape.value(labels),
                            tape.number(output, dOutput),
                            dInput);
        }
    }
}
