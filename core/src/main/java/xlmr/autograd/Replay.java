package xlmr.autograd;

import java.util.function.BiFunction;
import xlmr.backend.AttentionShape;
import xlmr.backend.Replays;
import xlmr.tensor.Tensor;

/// A stretch of operations without gradients, which a device may do over again with one call where
/// it did them before ([Replays]).
public final class Replay {
    private Replay() {}

    /// Runs a stretch, or has it replayed. `[N, C] -> [N, C]`
    ///
    /// @param owner what the stretch belongs to, see [Replays#replay]
    /// @param shape the sequences that attention in it sees
    /// @param body as [Replays#replay] asks; reads the tensor it is given, and no other that
    ///   operations made
    public static Tensor of(
            Ops ops,
            Object owner,
            AttentionShape shape,
            Tensor input,
            BiFunction<Ops, Tensor, Tensor> body) {
        Replays replays = ops.backend().replays();
        if (replays == null || ops.tape != null) {
            return body.apply(ops, input); // [N, C]
        }
        Tensor output = ops.take(input.shape().sizes()); // [N, C]
        // A record keeps to its own memory, whatever happens to that of the caller.
        Workspace own = new Workspace(ops.backend());
        boolean isDone =
                replays.replay(
                        owner,
                        shape,
                        input,
                        output,
                        recorded -> {
                            own.reset();
                            return body.apply(Ops.inference(ops.backend(), own), recorded);
                        });
        own.close();
        if (isDone) {
            return output; // [N, C]
        }
        ops.workspace.release(output);
        return body.apply(ops, input); // [N, C]
    }
}
