package xlmr.autograd;

import java.util.function.BiFunction;
import xlmr.tensor.Tensor;

/// A stretch of operations, such as an encoder layer, of which the context says what is
/// [kept][KeptActivations] for the backward pass.
public final class Stretch {
    private Stretch() {}

    /// Runs a stretch.
    ///
    /// @param body reads the tensor it is given, and no other that operations made
    public static Tensor of(Ops ops, Tensor input, BiFunction<Ops, Tensor, Tensor> body) {
        Tape tape = ops.tape;
        if (tape == null || tape.isWatching()) {
            return ops.scope(() -> body.apply(ops, input)); // [as the body says]
        }
        return switch (ops.kept) {
            case FLOAT32 -> ops.scope(() -> body.apply(ops, input)); // [as the body says]
            case BFLOAT16 -> RoundedActivations.of(ops, tape, input, body); // [as the body says]
            case RECOMPUTED -> Recomputation.of(ops, tape, input, body); // [as the body says]
        };
    }
}
