package xlmr.train;

/// How to fine-tune. The defaults are those of the Hugging Face Trainer, with a warm-up of a tenth
/// of the steps.
///
/// @param epochs passes over the examples
/// @param batchSize examples of a micro-batch
/// @param accumulation micro-batches that make one step; their mean losses are averaged
/// @param learningRate at the end of the warm-up
/// @param warmupRatio share of the steps in which the rate rises from 0
/// @param weightDecay of everything but biases and LayerNorm
/// @param clipNorm largest norm of all gradients together; 0 switches clipping off
/// @param seed of the new head, the order of the examples and dropout
/// @param groupByLength whether batches hold texts of like length; without padding this saves
///   nothing, and mixes worse
/// @param patience epochs without a better validation score after which training stops; 0 for never
/// @param tune what trains
public record TrainingOptions(
        int epochs,
        int batchSize,
        int accumulation,
        double learningRate,
        double warmupRatio,
        double weightDecay,
        double clipNorm,
        long seed,
        boolean groupByLength,
        int patience,
        Tune tune) {
    /// Three epochs of batches of 16 at 5e-5, everything trained.
    public static TrainingOptions defaults() {
        return new TrainingOptions(3, 16, 1, 5e-5, 0.1, 0.01, 1.0, 0, false, 0, Tune.FULL);
    }

    /// Checks that every number makes sense.
    public TrainingOptions {
        check(epochs >= 1, "epochs", "at least 1", epochs);
        check(batchSize >= 1, "batch size", "at least 1", batchSize);
        check(accumulation >= 1, "accumulation", "at least 1", accumulation);
        check(learningRate > 0 && learningRate < 1, "learning rate", "in (0, 1)", learningRate);
        check(warmupRatio >= 0 && warmupRatio <= 1, "warm-up ratio", "in [0, 1]", warmupRatio);
        check(weightDecay >= 0 && weightDecay < 1, "weight decay", "in [0, 1)", weightDecay);
        check(clipNorm >= 0, "clip norm", "at least 0", clipNorm);
        check(patience >= 0, "patience", "at least 0", patience);
    }

    /// These options with another number of epochs.
    public TrainingOptions withEpochs(int value) {
        return new TrainingOptions(
                value,
                batchSize,
                accumulation,
                learningRate,
                warmupRatio,
                weightDecay,
                clipNorm,
                seed,
                groupByLength,
                patience,
                tune);
    }

    /// These options with another batch size.
    public TrainingOptions withBatchSize(int value) {
        return new TrainingOptions(
                epochs,
                value,
                accumulation,
                learningRate,
                warmupRatio,
                weightDecay,
                clipNorm,
                seed,
                groupByLength,
                patience,
                tune);
    }

    /// These options with another learning rate.
    public TrainingOptions withLearningRate(double value) {
        return new TrainingOptions(
                epochs,
                batchSize,
                accumulation,
                value,
                warmupRatio,
                weightDecay,
                clipNorm,
                seed,
                groupByLength,
                patience,
                tune);
    }

    /// These options with another seed.
    public TrainingOptions withSeed(long value) {
        return new TrainingOptions(
                epochs,
                batchSize,
                accumulation,
                learningRate,
                warmupRatio,
                weightDecay,
                clipNorm,
                value,
                groupByLength,
                patience,
                tune);
    }

    /// These options with another choice of what trains.
    public TrainingOptions withTune(Tune value) {
        return new TrainingOptions(
                epochs,
                batchSize,
                accumulation,
                learningRate,
                warmupRatio,
                weightDecay,
                clipNorm,
                seed,
                groupByLength,
                patience,
                value);
    }

    private static void check(boolean holds, String what, String expected, Number found) {
        if (!holds) {
            throw new IllegalArgumentException(
                    "%s: expected %s, found %s".formatted(what, expected, found));
        }
    }
}
