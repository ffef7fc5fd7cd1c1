package xlmr.train;

import xlmr.checkpoint.LoadReport;

/// Hears how a run goes. Called on the training thread.
public interface TrainingListener {
    /// Hears nothing.
    TrainingListener SILENT = new TrainingListener() {};

    /// When the checkpoint has been read: what was used, what is new, what was ignored.
    default void loaded(LoadReport report) {}

    /// Before anything is computed.
    default void started(Plan plan) {}

    /// While a frozen encoder's features are computed, once.
    ///
    /// @param done examples so far
    default void featuresComputed(int done, int total) {}

    /// After each forward and backward pass.
    default void microBatchDone(double loss) {}

    /// After each update of the weights.
    default void stepDone(Step step) {}

    /// After each epoch.
    default void epochDone(EpochResult epoch) {}

    /// What is about to run.
    ///
    /// @param examples for training
    /// @param steps updates in all
    /// @param trainedParameters numbers that train
    /// @param parameters numbers in all
    record Plan(int examples, long steps, long trainedParameters, long parameters) {}

    /// One update.
    ///
    /// @param number from 1
    /// @param of updates in all
    /// @param epoch from 1
    /// @param loss mean over the micro-batches
    /// @param gradientNorm before clipping
    /// @param learningRate of this update
    /// @param examples in it
    /// @param tokens in it
    record Step(
            long number,
            long of,
            int epoch,
            double loss,
            double gradientNorm,
            double learningRate,
            int examples,
            int tokens) {}
}
