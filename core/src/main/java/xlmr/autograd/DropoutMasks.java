package xlmr.autograd;

import xlmr.backend.DropoutMask;
import xlmr.tensor.Tensor;

/// The dropout masks of one forward pass, one after the other. Owned by one thread.
final class DropoutMasks {
    private final boolean training;
    private final long seed;
    private final long step;
    private int drawn;
    private RowPlaces places = RowPlaces.WHOLE;

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

    /// Where the rows of what follows lie in a batch of which this is a part.
    void place(RowPlaces value) {
        places = value;
    }

    /// The mask of a tensor's elements.
    DropoutMask next(float probability, Tensor input) {
        int rows = input.shape().rows();
        return next(probability, rows, rows == 0 ? 0 : input.shape().elements() / rows);
    }

    /// The next mask.
    ///
    /// @param columns elements of a row, or rows of the mask where it is drawn by row
    DropoutMask next(float probability, int rows, int columns) {
        if (!training || probability == 0) {
            return DropoutMask.NONE;
        }
        DropoutMask mask = DropoutMask.of(probability, seed, step, drawn++);
        return mask.from((long) places.first(rows) * columns);
    }

    /// The same from here on: the masks that this gives next, the copy gives too.
    DropoutMasks copy() {
        DropoutMasks copy = new DropoutMasks(training, seed, step);
        copy.drawn = drawn;
        copy.places = places;
        return copy;
    }
}
