package xlmr.autograd;

import java.util.List;
import xlmr.tensor.Tensor;

/// loss = mean (X - labels)². dX += dLoss 2 (X - labels) / elements.
record MeanSquaredErrorNode(Tensor predictions, Tensor labels, Tensor output) implements Node {
    @Override
    public List<Tensor> reads() {
        return List.of(predictions, labels);
    }

    @Override
    public void backward(Tape tape, Tensor dOutput) {
        Tensor dInput = tape.gradient(predictions); // [as the input]
        if (dInput != null) {
            tape.backend()
                    .meanSquaredErrorGradient(
                            tape.value(predictions),
                            tape.value(labels),
                            tape.number(output, dOutput),
                            dInput);
        }
    }
}
