package xlmr.train;

import xlmr.data.BatchOrder;
import xlmr.data.TrainingExamples;

/// How examples make up a step.
///
/// @param size examples of a micro-batch
/// @param accumulation micro-batches that make one step; their mean losses are averaged
/// @param groupByLength whether batches hold texts of like length; without padding this saves
///   nothing, and mixes worse
/// @param sampling how often the examples of each class are shown
public record Batching(int size, int accumulation, boolean groupByLength, Sampling sampling) {
    /// 16 examples a step, in random order, each once.
    public static Batching defaults() {
        return new Batching(16, 1, false);
    }

    /// Each example once.
    public Batching(int size, int accumulation, boolean groupByLength) {
        this(size, accumulation, groupByLength, Sampling.NATURAL);
    }

    /// Checks the numbers.
    public Batching {
        Checks.that(size >= 1, "batch size", "at least 1", size);
        Checks.that(accumulation >= 1, "accumulation", "at least 1", accumulation);
    }

    /// Batches of another size.
    public Batching withSize(int value) {
        return new Batching(value, accumulation, groupByLength, sampling);
    }

    /// Another number of batches that make one step.
    public Batching withAccumulation(int value) {
        return new Batching(size, value, groupByLength, sampling);
    }

    /// Texts of like length together, or not.
    public Batching withGroupByLength(boolean value) {
        return new Batching(size, accumulation, value, sampling);
    }

    /// Another sampling of the classes.
    public Batching withSampling(Sampling value) {
        return new Batching(size, accumulation, groupByLength, value);
    }

    /// The order in which the examples are shown.
    ///
    /// @throws IllegalArgumentException if they have no classes to sample by
    public BatchOrder order(TrainingExamples training, long seed) {
        BatchOrder natural =
                groupByLength ? BatchOrder.lengthGrouped(seed) : BatchOrder.shuffled(seed);
        return sampling.order(natural, training, seed);
    }
}
