package xlmr.autograd;

import org.jspecify.annotations.Nullable;
import xlmr.tensor.Tensor;

/// One recorded operation: what came out, what it saved, and how the gradient walks back through
/// it.
public interface Node {
    /// What the operation returned.
    Tensor output();

    /// The weight that the operation is named after, for messages; null if it has none.
    default @Nullable Parameter weight() {
        return null;
    }

    /// Adds to the gradients of the inputs and parameters, given that of the output.
    ///
    /// @param tape where gradients of inputs lie; [Tape#gradient] is null for inputs that need none
    void backward(Tape tape, Tensor dOutput);
}
