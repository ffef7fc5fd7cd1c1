package xlmr.model;

import org.jspecify.annotations.Nullable;

/// What a cross-entropy over classes is told beside the labels.
///
/// @param labelSmoothing ε, 0 for none
/// @param classWeights `[K]`, or null where all classes count the same
public record LossSettings(float labelSmoothing, float @Nullable [] classWeights) {
    /// Plain cross-entropy.
    public static final LossSettings PLAIN = new LossSettings(0, null);
}
