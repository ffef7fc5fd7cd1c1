package xlmr.autograd;

import java.util.List;
import org.jspecify.annotations.Nullable;
import xlmr.tensor.Tensor;

/// One recorded operation: what came out, what it saved, and how the gradient walks back through
/// it.
public interface Node {
    /// What the operation returned.
    Tensor output();

    /// The activations whose values the backward pass reads. It asks [Tape#value] for them, since
    /// they may have been kept rounded, see [KeptActivations]. What names a gradient only is not
    /// among them.
    List<Tensor> reads();

    /// What else the backward pass reads, and is never rounded: numbers for a whole row, such as
    /// its mean.
    default List<Tensor> statistics() {
        return List.of();
    }

    /// The weight that the operation is named after, for messages; null if it has none.
    default @Nullable Parameter weight() {
        return null;
    }

    /// Adds to the gradients of the inputs and parameters, given that of the output.
    ///
    /// @param tape where gradients of inputs lie; [Tape#gradient] is null for inputs that need none
    void backward(Tape tape, Tensor dOutput);
}
