package xlmr.cli;

import java.io.PrintStream;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import xlmr.checkpoint.CheckpointException;
import xlmr.checkpoint.LoadReport;
import xlmr.data.DataWarning;
import xlmr.eval.ChoiceReport;
import xlmr.eval.ClassificationReport;
import xlmr.eval.EntityReport;
import xlmr.eval.EvaluationReport;
import xlmr.eval.JointReport;
import xlmr.eval.LanguageModelReport;
import xlmr.eval.MultiLabelReport;
import xlmr.eval.RegressionReport;
import xlmr.eval.SpanReport;
import xlmr.eval.TagReport;
import xlmr.train.EpochResult;
import xlmr.train.Notice;
import xlmr.train.TrainingListener;

/// Shows how a training run goes: a bar on a terminal, and a line for each epoch.
final class TrainingDisplay implements TrainingListener, AutoCloseable {
    private final Streams streams;
    private final PrintStream lines;
    private final int epochs;
    private final List<DataWarning> warnings;
    private @Nullable Progress bar;
    private long stepsBefore;
    private long examples;

    /// @param lines where the line for each epoch goes
    /// @param warnings about the data, shown when training begins
    TrainingDisplay(Streams streams, PrintStream lines, int epochs, List<DataWarning> warnings) {
        this.streams = streams;
        this.lines = lines;
        this.epochs = epochs;
        this.warnings = List.copyOf(warnings);
    }

    @Override
    public void loaded(LoadReport report) {
        lines.println(report.describe());
        lines.flush();
    }

    @Override
    public void started(Plan plan) {
        warnings.forEach(warning -> streams.warn(warning.sentence()));
        lines.printf(
                "training %s: %,d of %,d parameters, on %,d examples in %,d steps%n",
                plan.trained(),
                plan.trainedParameters(),
                plan.parameters(),
                plan.examples(),
                plan.steps());
        lines.flush();
    }

    @Override
    public void resumed(Resumption resumption) {
        if (resumption.finished()) {
            lines.printf(
                    "%s is of a run that is finished: nothing is left to train%n",
                    resumption.folder());
        } else {
            lines.printf(
                    "going on from %s: step %,d of %,d, epoch %d%n",
                    resumption.folder(), resumption.step(), resumption.of(), resumption.epoch());
        }
        lines.flush();
        stepsBefore =
                resumption.steps().stream()
                        .filter(step -> step.epoch() < resumption.epoch())
                        .count();
        examples = resumption.examples();
    }

    @Override
    public void featuresComputed(int done, int total) {
        bar("features of the frozen encoder", total).to(done);
        if (done >= total) {
            close();
        }
    }

    @Override
    public void featuresTooLarge(long bytes) {
        streams.warn(
                ("what the head reads of all texts would take %,d MiB of memory, so it is computed"
                                + " again in every epoch; more memory (XLMR_JAVA_OPTIONS=-Xmx...) or a smaller"
                                + " --max-length makes it faster")
                        .formatted(bytes >> 20));
    }

    @Override
    public void stepDone(Step step) {
        long perEpoch = step.of() / epochs;
        Progress shown = bar("epoch %d of %d".formatted(step.epoch(), epochs), perEpoch);
        shown.to(step.number() - stepsBefore);
        shown.note("loss %.4f".formatted(step.loss()));
        examples += step.examples();
        if (step.number() == stepsBefore + perEpoch) {
            stepsBefore = step.number();
            close();
        }
    }

    @Override
    public void epochDone(EpochResult epoch) {
        close();
        EvaluationReport validation = epoch.validation();
        lines.printf(
                "epoch %d of %d  training loss %.4f%s  %.1f s, %.1f examples/s%s%n",
                epoch.number(),
                epochs,
                epoch.trainingLoss(),
                validation == null ? "" : "  validation " + summary(validation),
                epoch.seconds(),
                examples / Math.max(1e-9, epoch.seconds()),
                epoch.best() && validation != null ? "  best so far" : "");
        lines.flush();
        examples = 0;
    }

    @Override
    public void noticed(Notice notice) {
        close();
        streams.warn(notice.sentence());
    }

    @Override
    public void stepSkipped(SkippedStep skipped) {
        close();
        streams.warn(
                "step %d was skipped: its gradients are too large for fp16; the loss scale is now %.0f, before %.0f"
                        .formatted(skipped.number(), skipped.next(), skipped.scale()));
    }

    @Override
    public void notSaved(CheckpointException reason) {
        close();
        streams.warn(
                "the checkpoint could not be saved (%s); training goes on, and the checkpoint before is kept"
                        .formatted(reason.getMessage()));
    }

    /// The two or three numbers that matter most.
    static String summary(EvaluationReport report) {
        return switch (report) {
            case ClassificationReport classes ->
                    "loss %.4f, accuracy %.4f, macro F1 %.4f"
                            .formatted(classes.loss(), classes.accuracy(), classes.macroF1());
            case MultiLabelReport labels ->
                    "loss %.4f, all labels right %.4f, macro F1 %.4f"
                            .formatted(
                                    labels.loss(),
                                    labels.subsetAccuracy(),
                                    labels.averages().macro().f1());
            case RegressionReport numbers -> "mean squared error %.4f".formatted(numbers.loss());
            case EntityReport entities ->
                    "loss %.4f, F1 of entities %.4f, tags right %.4f"
                            .formatted(entities.loss(), entities.f1(), entities.tokenAccuracy());
            case TagReport tags ->
                    "loss %.4f, tags right %.4f, macro F1 %.4f"
                            .formatted(
                                    tags.loss(),
                                    tags.accuracy(),
                                    tags.scores().averages().macro().f1());
            case SpanReport spans ->
                    "loss %.4f, exact match %.4f, F1 %.4f"
                            .formatted(spans.loss(), spans.all().exact(), spans.f1());
            case ChoiceReport choices ->
                    "loss %.4f, accuracy %.4f (chance %.4f)"
                            .formatted(choices.loss(), choices.accuracy(), choices.chance());
            case LanguageModelReport model ->
                    "loss %.4f, perplexity %.2f, first guess right %.4f"
                            .formatted(model.loss(), model.perplexity(), model.accuracy());
            case JointReport joint ->
                    joint.heads().entrySet().stream()
                            .map(head -> head.getKey() + ": " + summary(head.getValue()))
                            .collect(Collectors.joining("; "));
        };
    }

    private Progress bar(String task, long total) {
        Progress shown = bar;
        if (shown == null) {
            shown = Progress.over(streams, task, total);
            bar = shown;
        }
        return shown;
    }

    @Override
    public void close() {
        if (bar != null) {
            bar.close();
            bar = null;
        }
    }
}
