package xlmr.train;

/// How examples make up a step.
///
/// @param size examples of a micro-batch
/// @param accumulation micro-batches that make one step; their mean losses are averaged
/// @param groupByLength whether batches hold texts of like length; without padding this saves
///   nothing, and mixes worse
public record Batching(int size, int accumulation, boolean groupByLength) {
    /// 16 examples a step, in random order.
    public static Batching defaults() {
        return new Batching(16, 1, false);
    }

    /// Checks the numbers.
    public Batching {
        Checks.that(size >= 1, "batch size", "at least 1", size);
        Checks.that(accumulation >= 1, "accumulation", "at least 1", accumulation);
    }

    /// Batches of another size.
    public Batching withSize(int value) {
        return new Batching(value, accumulation, groupByLength);
    }

    /// Another number of batches that make one step.
    public Batching withAccumulation(int value) {
        return new Batching(size, value, groupByLength);
    }

    /// Texts of like length together, or not.
    public Batching withGroupByLength(boolean value) {
        return new Batching(size, accumulation, value);
    }
}
