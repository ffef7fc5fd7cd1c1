package xlmr.model;

import org.jspecify.annotations.Nullable;

/// What a cross-entropy over classes is told beside the labels.
///
/// @param labelSmoothing ε, 0 for none
/// @param classWeights `[K]`, or null where all classes count the same
/// @param gamma γ of the [focal loss][xlmr.autograd.FocalLoss], which knows no smoothing; 0 for
///   cross-entropy
public record LossSettings(float labelSmoothing, float @Nullable [] classWeights, double gamma) {
    /// Plain cross-entropy.
    public static final LossSettings PLAIN = new LossSettings(0, null, 0);
}
