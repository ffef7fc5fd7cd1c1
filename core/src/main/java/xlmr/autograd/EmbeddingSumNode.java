package xlmr.autograd;

import java.util.List;
import org.jspecify.annotations.Nullable;
import xlmr.tensor.Tensor;

/// Y[n] = X[n] + Σ over tables E[rows[n]]. dX += dY; dE[rows[n]] += dY[n], padding rows excepted.
record EmbeddingSumNode(@Nullable Tensor start, List<EmbeddingRows> lookUps, Tensor output)
        implements Node {
    @Override
    public List<Tensor> reads() {
        return List.of();
    }

    @Override
    public void backward(Tape tape, Tensor dOutput) {
        Tensor dStart = start == null ? null : tape.gradient(start); // [N, C]
        if (dStart != null) {
            tape.backend().addScaled(dOutput, 1, dStart);
        }
        for (EmbeddingRows lookUp : lookUps) {
            tape.parameters().addRows(lookUp.table(), dOutput, lookUp.rows(), lookUp.paddingRow());
        }
    }
}
