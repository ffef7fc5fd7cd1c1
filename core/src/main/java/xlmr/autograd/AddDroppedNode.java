package xlmr.autograd;

import java.util.List;
import xlmr.backend.DropoutMask;
import xlmr.tensor.Tensor;

/// Y = X ∘ M + R, M being 0 or 1 / (1 - p) by the counter-based mask. dX += dY ∘ M; dR += dY.
///
/// The values of X are not kept; its tensor only names its gradient.
record AddDroppedNode(Tensor input, DropoutMask mask, Tensor residual, Tensor output)
        implements Node {
    @Override
    public List<Tensor> reads() {
        return List.of();
    }

    @Override
    public void backward(Tape tape, Tensor dOutput) {
        Tensor dInput = tape.gradient(input); // [N, C]
        if (dInput != null) {
            if (mask.isActive()) {
                tape.backend().dropoutGradient(dOutput, mask, dInput);
            } else {
                tape.backend().addScaled(dOutput, 1, dInput);
            }
        }
        Tensor dResidual = tape.gradient(residual); // [N, C]
        if (dResidual != null) {
            tape.backend().addScaled(dOutput, 1, dResidual);
        }
    }
}
