package xlmr.autograd;

import java.util.List;
import java.util.function.BiFunction;
import xlmr.tensor.Tensor;

/// Memory for time: of a stretch of operations, such as an encoder layer, only what goes in and
/// comes out is kept, and the backward pass runs it once more (Chen et al. 2016, gradient
/// checkpointing). The gradients have the same bits, dropout included.
final class Recomputation {
    private Recomputation() {}

    /// Runs a stretch, which is run again in the backward pass if something in it trains.
    static Tensor of(Ops ops, Tape tape, Tensor input, BiFunction<Ops, Tensor, Tensor> body) {
        DropoutMasks start = ops.masks.copy();
        int mark = ops.workspace.mark();
        Tape inner = tape.part(input);
        Tensor output = body.apply(ops.on(inner, ops.masks), input); // [as the body says]
        ops.workspace.releaseSince(mark, output);
        if (inner.size() > 0) {
            ops.record(new RecomputedNode(ops, start, input, body, output));
        }
        return output;
    }

    /// @param start the masks as they were when the stretch began
    private record RecomputedNode(
            Ops ops,
            DropoutMasks start,
            Tensor input,
            BiFunction<Ops, Tensor, Tensor> body,
            Tensor output)
            implements Node {
        @Override
        public List<Tensor> reads() {
            return List.of();
        }

        @Override
        public void backward(Tape tape, Tensor dOutput) {
            Tensor dInput = tape.gradient(input); // [as the input], or null
            int mark = ops.workspace.mark();
            Tape inner = tape.inner(input, dInput);
            Tensor again = body.apply(ops.on(inner, start.copy()), input); // [as the output]
            inner.seed(again, dOutput);
            inner.backward();
            ops.workspace.releaseSince(mark);
        }
    }
}
