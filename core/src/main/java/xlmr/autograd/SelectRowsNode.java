package xlmr.autograd;

import java.util.List;
import xlmr.tensor.Tensor;

/// Y[m] = X[rows[m]]. dX[rows[m]] += dY[m].
record SelectRowsNode(Tensor input, int[] rows, Tensor output) implements Node {
    @Override
    public List<Tensor> reads() {
        return List.of();
    }

    @Override
    public void backward(Tape tape, Tensor dOutput) {
        Tensor dInput = tape.gradient(input); // [as the input]
        if (dInput != null) {
            tape.backend().scatterAddRows(dOutput, rows, dInput);
        }
    }
}
