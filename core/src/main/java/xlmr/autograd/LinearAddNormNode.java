package xlmr.autograd;

import java.util.List;
import org.jspecify.annotations.Nullable;
import xlmr.backend.DropoutMask;
import xlmr.tensor.Tensor;

/// Y = LayerNorm(S), S = (X Wᵀ + b) ∘ M + R, M being 0 or 1 / (1 - p) by the counter-based mask. dS
/// as [LayerNormNode]; dR += dS; and on with dS ∘ M as [LinearNode].
record LinearAddNormNode(
        Tensor input,
        Parameter weight,
        @Nullable Parameter bias,
        DropoutMask mask,
        Tensor residual,
        Parameter normWeight,
        Parameter normBias,
        Tensor sum,
        Tensor output,
        Tensor mean,
        Tensor rstd)
        implements Node {
    @Override
    public List<Tensor> reads() {
        return List.of(input, sum);
    }

    @Override
    public List<Tensor> statistics() {
        return List.of(mean, rstd);
    }

    @Override
    public void backward(Tape tape, Tensor dOutput) {
        Tensor dProduct = tape.scratch(sum.shape()); // [N, C]
        tape.backend()
                .linearAddNormGradient(
                        dOutput,
                        tape.value(sum),
                        normWeight.value(),
                        mean,
                        rstd,
                        mask,
                        tape.gradient(residual),
                        dProduct,
                        tape.parameters().dense(normWeight),
                        tape.parameters().dense(normBias));
        LinearNode.toInputAndWeight(tape, input, weight, dProduct);
        LinearNode.toBias(tape, bias, dProduct);
        tape.release(dProduct);
    }
}
