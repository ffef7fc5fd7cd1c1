package xlmr.pipeline;

import xlmr.checkpoint.CheckpointException;
import xlmr.checkpoint.LoadReport;
import xlmr.eval.JointReport;
import xlmr.train.EpochResult;
import xlmr.train.Notice;
import xlmr.train.TrainingListener;
import xlmr.train.TrainingPlan;

/// Hears of a run of several heads as if it were of one: of each epoch's reports, that head's own.
/// Losses, rates and times are those of the run.
///
/// @param name of the head
/// @param next is told
public record OneHeadListener(String name, TrainingListener next) implements TrainingListener {
    @Override
    public void loaded(LoadReport report) {
        next.loaded(report);
    }

    @Override
    public void planned(TrainingPlan plan) {
        next.planned(plan);
    }

    @Override
    public void started(Plan plan) {
        next.started(plan);
    }

    @Override
    public void resumed(Resumption run) {
        next.resumed(
                new Resumption(
                        run.folder(),
                        run.step(),
                        run.of(),
                        run.epoch(),
                        run.examples(),
                        run.steps(),
                        run.epochs().stream().map(epoch -> ofHead(epoch, name)).toList(),
                        run.notices(),
                        run.finished()));
    }

    @Override
    public void featuresComputed(int done, int total) {
        next.featuresComputed(done, total);
    }

    @Override
    public void featuresTooLarge(long bytes) {
        next.featuresTooLarge(bytes);
    }

    @Override
    public void microBatchDone(double loss) {
        next.microBatchDone(loss);
    }

    @Override
    public void stepSkipped(SkippedStep skipped) {
        next.stepSkipped(skipped);
    }

    @Override
    public void stepDone(Step step) {
        next.stepDone(step);
    }

    @Override
    public void epochDone(EpochResult epoch) {
        next.epochDone(ofHead(epoch, name));
    }

    @Override
    public void noticed(Notice notice) {
        next.noticed(notice);
    }

    @Override
    public void notSaved(CheckpointException reason) {
        next.notSaved(reason);
    }

    /// An epoch with one head's report alone, which is null where the head was not judged.
    static EpochResult ofHead(EpochResult epoch, String name) {
        return epoch.validation() instanceof JointReport joint
                ? new EpochResult(
                        epoch.number(),
                        epoch.trainingLoss(),
                        epoch.seconds(),
                        joint.heads().get(name),
                        epoch.best())
                : epoch;
    }
}
