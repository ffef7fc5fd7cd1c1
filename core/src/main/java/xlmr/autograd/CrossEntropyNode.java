package xlmr.autograd;

import java.util.List;
import xlmr.backend.CrossEntropy;
import xlmr.tensor.Tensor;

/// loss = mean cross-entropy of the rows that count; gradient in
/// [xlmr.backend.Backend#crossEntropyGradient].
record CrossEntropyNode(Tensor logits, CrossEntropy target, Tensor output) implements Node {
    @Override
    public List<Tensor> reads() {
        return List.of(logits);
    }

    @Override
    public void backward(Tape tape, Tensor dOutput) {
        Tensor dInput = tape.gradient(logits); // [as the input]
        if (dInput != null) {
            tape.backend()
                    .crossEntropyGradient(
                            tape.value(logits), target, tape.number(output, dOutput), dInput);
        }
    }
}
