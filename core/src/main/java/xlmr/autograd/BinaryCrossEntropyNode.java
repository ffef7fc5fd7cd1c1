package xlmr.autograd;

import xlmr.tensor.Tensor;

/// loss = mean binary cross-entropy of σ(logits). dLogits += dLoss (σ(logits) - labels) / elements.
record BinaryCrossEntropyNode(Tensor logits, Tensor labels, Tensor output) implements Node {
    @Override
    public void backward(Tape tape, Tensor dOutput) {
        Tensor dInput = tape.gradient(logits); // [as the input]
        if (dInput != null) {
            tape.backend().binaryCrossEntropyGradient(logits, labels, dOutput.item(), dInput);
        }
    }
}
