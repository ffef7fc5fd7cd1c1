package xlmr.autograd;

import xlmr.backend.DropoutMask;

/// The dropout masks of one forward pass, one after the other. Owned by one thread.
final class DropoutMasks {
    private final boolean training;
    private final long seed;
    private final long step;
    private int drawn;

    /// @param step counts micro-batches; with the seed and the ordinal of the dropout it decides
    ///   the masks
    private DropoutMasks(boolean training, long seed, long step) {
        this.training = training;
        this.seed = seed;
        this.step = step;
    }

    /// No dropout.
    static DropoutMasks none() {
        return new DropoutMasks(false, 0, 0);
    }

    /// Those of one micro-batch of a run.
    static DropoutMasks of(long seed, long step) {
        return new DropoutMasks(true, seed, step);
    }

    DropoutMask next(float probability) {
        if (!training || probability == 0) {
            return DropoutMask.NONE;
        }
        return DropoutMask.of(probability, seed, step, drawn++);
    }

    /// The same from here on: the masks that this gives next, the copy gives too.
    DropoutMasks copy() {
        DropoutMasks copy = new DropoutMasks(training, seed, step);
        copy.drawn = drawn;
        return copy;
    }
}
