package xlmr.autograd;

/// What a forward pass keeps of the encoder's layers for the backward pass: time and exactness
/// against memory.
public enum KeptActivations {
    /// All that the gradients need, as it was computed.
    FLOAT32,
    /// The same rounded to bfloat16, in half the memory: the forward pass is not changed, gradients
    /// are those of slightly other activations, see [RoundedActivations].
    BFLOAT16,
    /// Only what goes into a layer, which is then computed again, see [Recomputation].
    RECOMPUTED
}
