package xlmr.train;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import xlmr.eval.ClassificationReport;
import xlmr.eval.EvaluationReport;
import xlmr.eval.Verdict;

/// Watches whether a run learns, and says in plain words where it does not and what to try. It
/// knows the run's state alone, so a run that goes on notices what it would have noticed.
///
/// @param guessing loss of a model that never reads the text; NaN if it is not known
/// @param options of the run
/// @param updates of the whole run
record LearningWatch(double guessing, TrainingOptions options, long updates) {
    /// Updates that are looked at together.
    private static final int WINDOW = 50;

    /// Before so many updates nothing is said: every run has to begin.
    private static final int BEGINNING = 20;

    private static final Set<Verdict.Code> COLLAPSES =
            Set.of(
                    Verdict.Code.COLLAPSED_PREDICTIONS,
                    Verdict.Code.CONSTANT_PREDICTIONS,
                    Verdict.Code.NO_ENTITIES_PREDICTED);

    /// Looks at the gradients of the last updates now and then.
    void afterStep(TrainingState state, Consumer<Notice> notice) {
        long step = state.updates();
        long warmup = (long) (options.rates().warmupRatio() * updates);
        if (step % WINDOW == 0 && step >= warmup + WINDOW) {
            gradients(state, notice);
        }
    }

    /// Looks at the losses and at what the model says of the validation examples.
    void afterEpoch(TrainingState state, Consumer<Notice> notice) {
        EpochResult epoch = state.epochs().getLast();
        boolean beginning = epoch.number() < 2 && !state.isFinished();
        if (beginning || state.updates() < BEGINNING) {
            return;
        }
        gradients(state, notice);
        losses(epoch, state, notice);
        EvaluationReport validation = epoch.validation();
        if (validation != null) {
            validation(epoch, validation, state, notice);
        }
    }

    private void losses(EpochResult epoch, TrainingState state, Consumer<Notice> notice) {
        double loss = epoch.trainingLoss();
        if (loss > 1.3 * guessing) {
            say(
                    notice,
                    Notice.Code.DIVERGED,
                    state,
                    ("after epoch %d the training loss, %.3f, is worse than that of guessing"
                                    + " without reading the text, %.3f: the learning rate (%s) is too high;"
                                    + " try a tenth of it")
                            .formatted(epoch.number(), loss, guessing, options.learningRate()));
        } else if (loss > 0.97 * guessing) {
            say(
                    notice,
                    Notice.Code.NOTHING_LEARNED,
                    state,
                    ("after epoch %d the training loss, %.3f, is that of guessing without reading"
                                    + " the text, %.3f: nothing has been learned; try another learning rate"
                                    + " (now %s, usually about %s), more epochs, and check that the labels"
                                    + " belong to their texts")
                            .formatted(
                                    epoch.number(),
                                    loss,
                                    guessing,
                                    options.learningRate(),
                                    options.tune().usualRate()));
        }
    }

    private void validation(
            EpochResult epoch,
            EvaluationReport report,
            TrainingState state,
            Consumer<Notice> notice) {
        for (Verdict verdict : report.verdicts()) {
            if (COLLAPSES.contains(verdict.code())) {
                say(
                        notice,
                        Notice.Code.COLLAPSED,
                        state,
                        ("after epoch %d on validation: %s; try another learning rate (now %s),"
                                        + " more epochs, or class weights if one label is far more frequent")
                                .formatted(
                                        epoch.number(),
                                        withoutFullStop(verdict.sentence()),
                                        options.learningRate()));
            }
        }
        if (report instanceof ClassificationReport classes
                && epoch.trainingLoss() < 0.7 * guessing
                && classes.loss() >= classes.baselines().priorLoss()
                && classes.accuracy() <= classes.baselines().majorityAccuracy() + 0.02) {
            say(
                    notice,
                    Notice.Code.NOTHING_CARRIES_OVER,
                    state,
                    ("after epoch %d the training texts are learned (loss %.3f), but on validation"
                                    + " the model is no better than always saying %s (%.0f %% right): the"
                                    + " labels of one of the files may not belong to their texts, or there are"
                                    + " too few examples")
                            .formatted(
                                    epoch.number(),
                                    epoch.trainingLoss(),
                                    classes.labelNames().get(classes.baselines().majorityClass()),
                                    100 * classes.baselines().majorityAccuracy()));
        }
    }

    private void gradients(TrainingState state, Consumer<Notice> notice) {
        List<TrainingListener.Step> all = state.steps();
        List<TrainingListener.Step> last =
                all.subList(Math.max(0, all.size() - WINDOW), all.size());
        double[] norms = last.stream().mapToDouble(TrainingListener.Step::gradientNorm).toArray();
        Arrays.sort(norms);
        double median = norms[norms.length / 2];
        double loss = last.stream().mapToDouble(TrainingListener.Step::loss).average().orElse(0);
        double limit = options.clipNorm() > 0 ? 200 * options.clipNorm() : 1000;
        if (median > limit) {
            say(
                    notice,
                    Notice.Code.GRADIENT_TOO_LARGE,
                    state,
                    ("the gradient's norm is about %.3g, far beyond the usual (clipping at %s"
                                    + " leaves little but its direction): the learning rate (%s) is too high,"
                                    + " or numbers to predict are large and should be scaled")
                            .formatted(median, options.clipNorm(), options.learningRate()));
        } else if (median < 1e-3 && loss > 0.5 * guessing) {
            say(
                    notice,
                    Notice.Code.GRADIENT_VANISHED,
                    state,
                    ("the gradient's norm is about %.1e although the loss is still %.3f: the model"
                                    + " has got stuck and will not learn any more; begin anew with a lower"
                                    + " learning rate (now %s)")
                            .formatted(median, loss, options.learningRate()));
        }
    }

    private static void say(
            Consumer<Notice> notice, Notice.Code code, TrainingState state, String sentence) {
        notice.accept(new Notice(code, state.updates(), sentence));
    }

    private static String withoutFullStop(String sentence) {
        return sentence.endsWith(".") ? sentence.substring(0, sentence.length() - 1) : sentence;
    }
}
