package xlmr.autograd;

import java.util.List;
import org.jspecify.annotations.Nullable;
import xlmr.backend.SegmentLabels;
import xlmr.tensor.Tensor;

/// Mean cross-entropy over the rows of segments, see
/// [xlmr.backend.Backend#segmentCrossEntropyGradient].
record SegmentCrossEntropyNode(Tensor logits, SegmentLabels target, Tensor output) implements Node {
    @Override
    public List<Tensor> reads() {
        return List.of(logits);
    }

    @Override
    public void backward(Tape tape, Tensor dOutput) {
        @Nullable Tensor dLogits = tape.gradient(logits); // [N, K]
        if (dLogits != null) {
            tape.backend()
                    .segmentCrossEntropyGradient(
                            tape.value(logits), target, tape.number(output, dOutput), dLogits);
        }
    }
}
