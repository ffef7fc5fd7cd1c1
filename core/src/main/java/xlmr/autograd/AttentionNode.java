package xlmr.autograd;

import java.util.List;
import org.jspecify.annotations.Nullable;
import xlmr.backend.AttentionShape;
import xlmr.backend.DropoutMask;
import xlmr.tensor.Tensor;

/// O = dropout(softmax(Q Kᵀ / √D)) V, whose probabilities are computed again from the saved
/// log-sum-exp (Dao et al. 2022), see [xlmr.backend.Backend#attentionGradient].
record AttentionNode(
        Tensor query,
        Tensor key,
        Tensor value,
        AttentionShape shape,
        DropoutMask mask,
        Tensor output,
        Tensor logSumExp)
        implements Node {
    @Override
    public List<Tensor> reads() {
        return List.of(query, key, value, output);
    }

    @Override
    public List<Tensor> statistics() {
        return List.of(logSumExp);
    }

    @Override
    public void backward(Tape tape, Tensor dOutput) {
        tape.backend()
                .attentionGradient(
                        tape.value(query),
                        tape.value(key),
                        tape.value(value),
                        tape.value(output),
                        logSumExp,
                        dOutput,
                        shape,
                        mask,
                        gradientOrScratch(tape, query),
                        gradientOrScratch(tape, key),
                        gradientOrScratch(tape, value));
    }

    /// Where nobody wants the gradient it is computed all the same: the three share their work.
    private static Tensor gradientOrScratch(Tape tape, Tensor operand) {
        @Nullable Tensor gradient = tape.gradient(operand); // [N, C]
        return gradient == null ? tape.scratch(operand.shape()) : gradient;
    }
}
