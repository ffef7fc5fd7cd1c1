package xlmr.train;

import java.util.Locale;

/// Something about a run that a person should know, in one sentence with what to try.
///
/// @param code what it is about
/// @param step updates made so far
/// @param sentence for a person who does not know the field
public record Notice(Code code, long step, String sentence) {
    /// What was noticed; `id()` is the stable name for scripts.
    public enum Code {
        /// The training loss is that of guessing by the shares of the labels.
        NOTHING_LEARNED,
        /// The training loss is far above that of guessing.
        DIVERGED,
        /// The training texts are learned, but on validation the model guesses.
        NOTHING_CARRIES_OVER,
        /// On validation the model answers nearly always the same.
        COLLAPSED,
        /// Gradients are far larger than what clipping leaves of them.
        GRADIENT_TOO_LARGE,
        /// Gradients are nearly 0 although there is much to learn.
        GRADIENT_VANISHED,
        /// The plateau schedule lowered the rate.
        RATE_LOWERED,
        /// A schedule, an unfreezing or the like does not get to its end in this run.
        TOO_FEW_EPOCHS;

        /// The code as scripts see it, such as `nothing_learned`.
        public String id() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
