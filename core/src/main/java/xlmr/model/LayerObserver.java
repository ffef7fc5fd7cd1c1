package xlmr.model;

import xlmr.backend.AttentionShape;
import xlmr.tensor.Tensor;

/// Sees what passes between the layers. Hidden states live as long as the results of other
/// operations, attention probabilities during the call only: copy with [Tensor#toArray] what is to
/// be kept.
public interface LayerObserver {
    /// Sees nothing.
    LayerObserver NONE = new LayerObserver() {};

    /// Layer 0 is the output of the embeddings, layer i that of encoder layer i, counted from 1.
    ///
    /// @param hiddenStates `[N, C]`
    default void hiddenStates(int layer, Tensor hiddenStates) {}

    /// Whether attention probabilities are to be computed as an array, which costs time and memory.
    default boolean wantsAttentions() {
        return false;
    }

    /// Encoder layers are counted from 0.
    ///
    /// @param probabilities per sequence `[H, queries, keys]`, one after the other
    default void attentions(int layer, Tensor probabilities, AttentionShape shape) {}
}
