package xlmr.train;

import xlmr.autograd.KeptActivations;

/// How to fine-tune. The defaults are those of the Hugging Face Trainer, with a warm-up of a tenth
/// of the steps.
///
/// ```java
/// TrainingOptions.defaults()
///         .withEpochs(5)
///         .withTune(new Tune.Top(4))
///         .withRates(LearningRates.defaults().withHead(1e-3).withLayerDecay(0.9));
/// ```
///
/// @param tune what trains
/// @param epochs passes over the examples
/// @param patience epochs without a better validation score after which training stops; 0 for never
/// @param metric of the validation report by which epochs are compared
/// @param seed of the new head, the order of the examples and dropout
/// @param batching how examples make up a step
/// @param rates how fast which weights change
/// @param loss how the loss counts
/// @param weightDecay of everything but biases and LayerNorm
/// @param clipNorm largest norm of all gradients together; 0 switches clipping off
/// @param kept what the forward pass keeps of encoder layers for the backward pass
public record TrainingOptions(
        Tune tune,
        int epochs,
        int patience,
        ScoreMetric metric,
        long seed,
        Batching batching,
        LearningRates rates,
        LossOptions loss,
        double weightDecay,
        double clipNorm,
        KeptActivations kept) {
    /// Three epochs of batches of 16 at the usual rate, everything trained.
    public static TrainingOptions defaults() {
        return new TrainingOptions(
                Tune.FULL,
                3,
                0,
                ScoreMetric.USUAL,
                0,
                Batching.defaults(),
                LearningRates.defaults(),
                LossOptions.defaults(),
                0.01,
                1.0,
                KeptActivations.FLOAT32);
    }

    /// Checks that every number makes sense.
    public TrainingOptions {
        Checks.that(epochs >= 1, "epochs", "at least 1", epochs);
        Checks.that(patience >= 0, "patience", "at least 0", patience);
        Checks.that(weightDecay >= 0 && weightDecay < 1, "weight decay", "in [0, 1)", weightDecay);
        Checks.that(clipNorm >= 0, "clip norm", "at least 0", clipNorm);
    }

    /// The base rate at the end of the warm-up: the one given, or the usual one of what trains.
    public double learningRate() {
        return rates.peak(tune);
    }

    /// These options with another choice of what trains.
    public TrainingOptions withTune(Tune value) {
        return new TrainingOptions(
                value,
                epochs,
                patience,
                metric,
                seed,
                batching,
                rates,
                loss,
                weightDecay,
                clipNorm,
                kept);
    }

    /// These options with another number of epochs.
    public TrainingOptions withEpochs(int value) {
        return new TrainingOptions(
                tune,
                value,
                patience,
                metric,
                seed,
                batching,
                rates,
                loss,
                weightDecay,
                clipNorm,
                kept);
    }

    /// These options with another patience.
    public TrainingOptions withPatience(int value) {
        return new TrainingOptions(
                tune,
                epochs,
                value,
                metric,
                seed,
                batching,
                rates,
                loss,
                weightDecay,
                clipNorm,
                kept);
    }

    /// These options with another metric.
    public TrainingOptions withMetric(ScoreMetric value) {
        return new TrainingOptions(
                tune,
                epochs,
                patience,
                value,
                seed,
                batching,
                rates,
                loss,
                weightDecay,
                clipNorm,
                kept);
    }

    /// These options with another seed.
    public TrainingOptions withSeed(long value) {
        return new TrainingOptions(
                tune,
                epochs,
                patience,
                metric,
                value,
                batching,
                rates,
                loss,
                weightDecay,
                clipNorm,
                kept);
    }

    /// These options with other batches.
    public TrainingOptions withBatching(Batching value) {
        return new TrainingOptions(
                tune,
                epochs,
                patience,
                metric,
                seed,
                value,
                rates,
                loss,
                weightDecay,
                clipNorm,
                kept);
    }

    /// These options with another batch size.
    public TrainingOptions withBatchSize(int value) {
        return withBatching(batching.withSize(value));
    }

    /// These options with other rates.
    public TrainingOptions withRates(LearningRates value) {
        return new TrainingOptions(
                tune,
                epochs,
                patience,
                metric,
                seed,
                batching,
                value,
                loss,
                weightDecay,
                clipNorm,
                kept);
    }

    /// These options with another learning rate.
    public TrainingOptions withLearningRate(double value) {
        return withRates(rates.withBase(value));
    }

    /// These options with another loss.
    public TrainingOptions withLoss(LossOptions value) {
        return new TrainingOptions(
                tune,
                epochs,
                patience,
                metric,
                seed,
                batching,
                rates,
                value,
                weightDecay,
                clipNorm,
                kept);
    }

    /// These options with another weight decay.
    public TrainingOptions withWeightDecay(double value) {
        return new TrainingOptions(
                tune, epochs, patience, metric, seed, batching, rates, loss, value, clipNorm, kept);
    }

    /// These options with another limit of the gradient's norm.
    public TrainingOptions withClipNorm(double value) {
        return new TrainingOptions(
                tune,
                epochs,
                patience,
                metric,
                seed,
                batching,
                rates,
                loss,
                weightDecay,
                value,
                kept);
    }

    /// These options with another choice of what is kept for the backward pass.
    public TrainingOptions withKept(KeptActivations value) {
        return new TrainingOptions(
                tune,
                epochs,
                patience,
                metric,
                seed,
                batching,
                rates,
                loss,
                weightDecay,
                clipNorm,
                value);
    }
}
