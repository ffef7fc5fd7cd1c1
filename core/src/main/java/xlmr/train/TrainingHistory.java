package xlmr.train;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import xlmr.checkpoint.LoadReport;

/// Remembers how a run went, for whoever wants to show it afterwards.
///
/// ```java
/// TrainingHistory history = new TrainingHistory();
/// job.run(data, backend, history.andThen(display));
/// history.steps().forEach(step -> System.out.println(step.loss()));
/// ```
public final class TrainingHistory implements TrainingListener {
    private final List<Step> steps = new ArrayList<>();
    private final List<JudgedEpoch> epochs = new ArrayList<>();
    private final List<Notice> notices = new ArrayList<>();
    private @Nullable Plan plan;
    private @Nullable LoadReport loaded;
    private int stepsBefore;
    private Instant begin = Instant.EPOCH;
    private long beginNanos;
    private long endNanos;

    /// An epoch, and where it ended.
    ///
    /// @param step the number of the last update
    public record JudgedEpoch(EpochResult result, long step) {}

    @Override
    public void loaded(LoadReport report) {
        loaded = report;
    }

    @Override
    public void started(Plan about) {
        plan = about;
        begin = Instant.now();
        beginNanos = System.nanoTime();
        endNanos = beginNanos;
    }

    /// What came before is remembered as if it had been heard; its time is not known.
    @Override
    public void resumed(Resumption resumption) {
        steps.addAll(resumption.steps());
        for (EpochResult epoch : resumption.epochs()) {
            long end =
                    steps.stream()
                            .filter(step -> step.epoch() == epoch.number())
                            .mapToLong(Step::number)
                            .max()
                            .orElse(0);
            epochs.add(new JudgedEpoch(epoch, end));
        }
        notices.addAll(resumption.notices());
        stepsBefore = steps.size();
    }

    @Override
    public void noticed(Notice notice) {
        notices.add(notice);
    }

    @Override
    public void stepDone(Step step) {
        steps.add(step);
        endNanos = System.nanoTime();
    }

    @Override
    public void epochDone(EpochResult epoch) {
        epochs.add(new JudgedEpoch(epoch, steps.isEmpty() ? 0 : steps.getLast().number()));
        endNanos = System.nanoTime();
    }

    /// All updates, in their order.
    public List<Step> steps() {
        return List.copyOf(steps);
    }

    /// All epochs, in their order.
    public List<JudgedEpoch> epochs() {
        return List.copyOf(epochs);
    }

    /// The epoch whose model is kept: the last that was better than all before it.
    public Optional<JudgedEpoch> best() {
        return epochs.stream()
                .filter(epoch -> epoch.result().best())
                .reduce((earlier, later) -> later);
    }

    /// What was about to run; null before it began.
    public @Nullable Plan plan() {
        return plan;
    }

    /// What became of the checkpoint's arrays; null before they were read.
    public @Nullable LoadReport loaded() {
        return loaded;
    }

    /// What was noticed that a person should know.
    public List<Notice> notices() {
        return List.copyOf(notices);
    }

    /// The updates that were made since it began, or went on.
    public List<Step> stepsHeard() {
        return List.copyOf(steps.subList(stepsBefore, steps.size()));
    }

    /// When it began, or went on.
    public Instant begin() {
        return begin;
    }

    /// Seconds from there to the last update or the end of the last epoch, evaluations among them.
    public double seconds() {
        return (endNanos - beginNanos) / 1e9;
    }
}
