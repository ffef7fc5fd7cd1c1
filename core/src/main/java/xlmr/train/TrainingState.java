package xlmr.train;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;
import xlmr.optim.LossScaling;
import xlmr.optim.ScheduleShape;

/// Where a run stands between two updates, beside weights and optimizer: all that it needs to go on
/// as if it had never stopped. Owned by the training thread.
final class TrainingState {
    private final List<TrainingListener.Step> steps = new ArrayList<>();
    private final List<EpochResult> epochs = new ArrayList<>();
    private final List<Notice> notices = new ArrayList<>();
    private long microBatches;
    private RunningEpoch running = RunningEpoch.first();
    private EpochScore best = EpochScore.NONE;
    private double rateFactor = 1;
    private int epochsWithoutGain;
    private boolean finished;
    private @Nullable LossScaling scaling;

    /// An epoch that has begun.
    ///
    /// @param number from 1
    /// @param batch the next of its batches
    /// @param lossSum losses of its batches so far, each times its examples
    /// @param examples so far
    /// @param seconds of training so far
    record RunningEpoch(int number, int batch, double lossSum, int examples, double seconds) {
        static RunningEpoch first() {
            return new RunningEpoch(1, 0, 0, 0, 0);
        }

        double meanLoss() {
            return lossSum / Math.max(1, examples);
        }

        private RunningEpoch next() {
            return new RunningEpoch(number + 1, 0, 0, 0, 0);
        }
    }

    /// The counters as they are saved.
    ///
    /// @param epochsWithoutGain since the last better one, or since the plateau schedule lowered
    ///   the rate
    /// @param scaling of the loss; null for none
    record Counters(
            long microBatches,
            RunningEpoch running,
            EpochScore best,
            double rateFactor,
            int epochsWithoutGain,
            boolean finished,
            @Nullable LossScaling scaling) {}

    /// The beginning.
    TrainingState() {}

    /// A state that was saved.
    TrainingState(
            Counters counters,
            List<TrainingListener.Step> steps,
            List<EpochResult> epochs,
            List<Notice> notices) {
        this.steps.addAll(steps);
        this.epochs.addAll(epochs);
        this.notices.addAll(notices);
        microBatches = counters.microBatches;
        running = counters.running;
        best = counters.best;
        rateFactor = counters.rateFactor;
        epochsWithoutGain = counters.epochsWithoutGain;
        finished = counters.finished;
        scaling = counters.scaling;
    }

    Counters counters() {
        return new Counters(
                microBatches, running, best, rateFactor, epochsWithoutGain, finished, scaling);
    }

    /// How the loss is scaled; null for not at all.
    @Nullable LossScaling scaling() {
        return scaling;
    }

    /// From now on the loss is scaled like this.
    void setScaling(@Nullable LossScaling value) {
        scaling = value;
    }

    /// Updates made, and of those that were skipped none.
    long schedulePlace() {
        return updates() - (scaling == null ? 0 : scaling.skipped());
    }

    /// Updates made.
    long updates() {
        return steps.size();
    }

    /// All updates made.
    List<TrainingListener.Step> steps() {
        return Collections.unmodifiableList(steps);
    }

    /// The epochs that are done.
    List<EpochResult> epochs() {
        return List.copyOf(epochs);
    }

    RunningEpoch running() {
        return running;
    }

    EpochScore best() {
        return best;
    }

    boolean isFinished() {
        return finished;
    }

    /// What the schedule's rate is multiplied by.
    double rateFactor() {
        return rateFactor;
    }

    /// Counts micro-batches of the run.
    ///
    /// @return the number of the first
    long takeMicroBatches(int count) {
        long first = microBatches;
        microBatches += count;
        return first;
    }

    /// An update was made.
    ///
    /// @param batches of it
    /// @param lossSum their losses, each times its examples
    void updated(TrainingListener.Step step, int batches, double lossSum, double seconds) {
        steps.add(step);
        running =
                new RunningEpoch(
                        running.number,
                        running.batch + batches,
                        running.lossSum + lossSum,
                        running.examples + step.examples(),
                        running.seconds + seconds);
    }

    /// An epoch was judged.
    ///
    /// @return whether the schedule has lowered the rate
    boolean judged(EpochScore score, ScheduleShape schedule) {
        boolean better = score.beats(best);
        if (better) {
            best = score;
        }
        epochsWithoutGain = better ? 0 : epochsWithoutGain + 1;
        if (schedule instanceof ScheduleShape.Plateau(double factor, int patience)
                && epochsWithoutGain >= patience) {
            rateFactor *= factor;
            epochsWithoutGain = 0;
            return true;
        }
        return false;
    }

    /// An epoch is done, and the next begins unless the run is over.
    void epochDone(EpochResult result, TrainingOptions options) {
        epochs.add(result);
        boolean last = result.number() == options.epochs();
        boolean patienceIsOver =
                options.patience() > 0 && result.number() - best.epoch() >= options.patience();
        finished = last || patienceIsOver;
        running = running.next();
    }

    /// All that was noticed.
    List<Notice> notices() {
        return List.copyOf(notices);
    }

    boolean hasNoticed(Notice.Code code) {
        return notices.stream().anyMatch(notice -> notice.code() == code);
    }

    void notice(Notice notice) {
        notices.add(notice);
    }
}
