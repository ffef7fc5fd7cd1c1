package xlmr.optim;

/// Dynamic scaling of the loss, for gradients that go through float16, where small ones would
/// become 0 and large ones infinite (Micikevicius et al. 2018, Mixed Precision Training).
///
/// The loss is multiplied by a scale, and gradients are divided by it before they are used. Where
/// they are not finite the step is skipped and the scale halved; after 2000 good steps in a row it
/// is doubled. These numbers and the first scale are those of PyTorch's `torch.amp.GradScaler`
/// (torch/amp/grad_scaler.py).
///
/// @param scale what the loss is multiplied by, a power of two
/// @param goodSteps since the scale was changed, or a step skipped
/// @param skipped steps in all
public record LossScaling(float scale, int goodSteps, long skipped) {
    private static final float FIRST_SCALE = 65536;
    private static final int GROWTH_INTERVAL = 2000;

    /// The beginning.
    public static final LossScaling INITIAL = new LossScaling(FIRST_SCALE, 0, 0);

    /// Checks that the scale is a number to divide by.
    public LossScaling {
        if (!(scale > 0) || Float.isInfinite(scale) || goodSteps < 0 || skipped < 0) {
            throw new IllegalArgumentException(
                    "loss scaling: expected a finite scale above 0 and counts from 0, found %s, %d, %d"
                            .formatted(scale, goodSteps, skipped));
        }
    }

    /// After a step whose gradients were finite.
    public LossScaling afterGoodStep() {
        if (goodSteps + 1 < GROWTH_INTERVAL) {
            return new LossScaling(scale, goodSteps + 1, skipped);
        }
        float larger = 2 * scale;
        return new LossScaling(Float.isInfinite(larger) ? scale : larger, 0, skipped);
    }

    /// After a step that was skipped.
    public LossScaling afterSkippedStep() {
        return new LossScaling(scale / 2, 0, skipped + 1);
    }

    /// Whether gradients that are not finite may come of the scale: not where it makes nothing
    /// larger.
    public boolean mayOverflow() {
        return scale > 1;
    }
}
