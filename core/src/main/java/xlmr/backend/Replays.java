package xlmr.backend;

import java.util.function.UnaryOperator;
import xlmr.tensor.Tensor;

/// What a backend can have its device do over again with one call. Of a small batch a device
/// computes an operation in less time than it takes to ask for it.
public interface Replays {
    /// output = body(input), from what an earlier run of the body recorded; or nothing at all,
    /// where there is no record and none is to be made.
    ///
    /// The body asks for operations of this backend only, reads nothing on the host, and keeps
    /// nothing. What it asks for depends on `owner` and on the sizes of `shape` alone: the numbers
    /// that go in are those of the input, of weights that `owner` holds, which may change in place,
    /// and where the sequences of `shape` begin.
    ///
    /// @param owner what the body belongs to; a record is forgotten with it. Identity counts
    /// @param shape the sequences, and all that attention in the body sees, but for its heads
    /// @param input `[N, C]`
    /// @param output `[N, C]`, overwritten
    /// @param body is run several times where a record is made
    /// @return false if nothing was done: the caller runs the body
    boolean replay(
            Object owner,
            AttentionShape shape,
            Tensor input,
            Tensor output,
            UnaryOperator<Tensor> body);
}
