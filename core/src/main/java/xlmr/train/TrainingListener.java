package xlmr.train;

import java.nio.file.Path;
import java.util.List;
import xlmr.checkpoint.CheckpointException;
import xlmr.checkpoint.LoadReport;

/// Hears how a run goes. Called on the training thread.
public interface TrainingListener {
    /// Hears nothing.
    TrainingListener SILENT = new TrainingListener() {};

    /// When the checkpoint has been read: what was used, what is new, what was ignored.
    default void loaded(LoadReport report) {}

    /// Before anything is computed: what trains, and what it will take.
    default void planned(TrainingPlan plan) {}

    /// Before anything is computed.
    default void started(Plan plan) {}

    /// When a run goes on that was stopped, before its next update.
    default void resumed(Resumption resumption) {}

    /// While a frozen encoder's features are computed, once.
    ///
    /// @param done examples so far
    default void featuresComputed(int done, int total) {}

    /// When the features of a frozen encoder would take too much memory, so that they are computed
    /// again in every epoch.
    ///
    /// @param bytes that they would take
    default void featuresTooLarge(long bytes) {}

    /// After each forward and backward pass.
    default void microBatchDone(double loss) {}

    /// Before [#stepDone], when an update was left out because gradients of the scaled loss were
    /// not finite.
    default void stepSkipped(SkippedStep skipped) {}

    /// After each update of the weights.
    default void stepDone(Step step) {}

    /// After each epoch.
    default void epochDone(EpochResult epoch) {}

    /// When something was noticed that a person should know: a run that does not learn, for
    /// example. Each kind is said once in a run.
    default void noticed(Notice notice) {}

    /// When the state of the run could not be saved. The run goes on, and the state before is as it
    /// was.
    ///
    /// @param reason in one line
    default void notSaved(CheckpointException reason) {}

    /// One that hears everything this one hears, after it.
    default TrainingListener andThen(TrainingListener next) {
        TrainingListener first = this;
        return new TrainingListener() {
            @Override
            public void loaded(LoadReport report) {
                first.loaded(report);
                next.loaded(report);
            }

            @Override
            public void planned(TrainingPlan plan) {
                first.planned(plan);
                next.planned(plan);
            }

            @Override
            public void started(Plan plan) {
                first.started(plan);
                next.started(plan);
            }

            @Override
            public void resumed(Resumption resumption) {
                first.resumed(resumption);
                next.resumed(resumption);
            }

            @Override
            public void featuresComputed(int done, int total) {
                first.featuresComputed(done, total);
                next.featuresComputed(done, total);
            }

            @Override
            public void featuresTooLarge(long bytes) {
                first.featuresTooLarge(bytes);
                next.featuresTooLarge(bytes);
            }

            @Override
            public void microBatchDone(double loss) {
                first.microBatchDone(loss);
                next.microBatchDone(loss);
            }

            @Override
            public void stepSkipped(SkippedStep skipped) {
                first.stepSkipped(skipped);
                next.stepSkipped(skipped);
            }

            @Override
            public void stepDone(Step step) {
                first.stepDone(step);
                next.stepDone(step);
            }

            @Override
            public void epochDone(EpochResult epoch) {
                first.epochDone(epoch);
                next.epochDone(epoch);
            }

            @Override
            public void noticed(Notice notice) {
                first.noticed(notice);
                next.noticed(notice);
            }

            @Override
            public void notSaved(CheckpointException reason) {
                first.notSaved(reason);
                next.notSaved(reason);
            }
        };
    }

    /// What is about to run.
    ///
    /// @param examples for training
    /// @param steps updates in all
    /// @param trainedParameters numbers that train
    /// @param parameters numbers in all
    /// @param trained what trains, in words
    record Plan(
            int examples, long steps, long trainedParameters, long parameters, String trained) {}

    /// Where a run goes on.
    ///
    /// @param folder of the state
    /// @param step updates made before
    /// @param of updates in all
    /// @param epoch that goes on, from 1
    /// @param examples of that epoch that were shown before
    /// @param steps all updates made before; loss, norm and rate to single precision
    /// @param epochs that are done
    /// @param notices of the run so far
    /// @param finished whether nothing is left to do
    record Resumption(
            Path folder,
            long step,
            long of,
            int epoch,
            int examples,
            List<Step> steps,
            List<EpochResult> epochs,
            List<Notice> notices,
            boolean finished) {}

    /// An update that was left out, see [xlmr.optim.LossScaling].
    ///
    /// @param number from 1
    /// @param scale that the loss had
    /// @param next that it has from now on
    /// @param skipped updates so far, with this one
    record SkippedStep(long number, float scale, float next, long skipped) {}

    /// One update.
    ///
    /// @param number from 1
    /// @param of updates in all
    /// @param epoch from 1
    /// @param loss mean over the micro-batches
    /// @param gradientNorm before clipping; 0 of a skipped update
    /// @param learningRate of this update; 0 of a skipped one
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
