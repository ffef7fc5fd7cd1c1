package xlmr.eval;

import static xlmr.eval.NumberWords.count;
import static xlmr.eval.NumberWords.decimals;
import static xlmr.eval.NumberWords.names;
import static xlmr.eval.NumberWords.percent;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import xlmr.eval.Verdict.Code;

/// Judges a [ClassificationReport]: what a person who does not know the field should see in it.
final class ClassificationVerdicts {

    /// From this share of all predictions on, one class is suspected of having swallowed the
    /// rest...
    private static final double COLLAPSED_SHARE = 0.75;

    /// ...if it is that much more frequent among the predictions than among the labels.
    private static final double COLLAPSED_EXCESS = 0.25;

    private static final int FEW_EXAMPLES = 100;
    private static final int ENOUGH_FOR_CALIBRATION = 50;
    private static final double CALIBRATION_GAP = 0.1;

    private final ClassificationReport report;
    private final List<Verdict> verdicts = new ArrayList<>();

    private ClassificationVerdicts(ClassificationReport report) {
        this.report = report;
    }

    /// @param losses the loss of each row
    static List<Verdict> of(
            ClassificationReport report,
            double[][] logits,
            double[] losses,
            ClaimedMetrics claims) {
        var judge = new ClassificationVerdicts(report);
        boolean finite = judge.judgeFinite(logits);
        if (RowKind.of(logits) == RowKind.PROBABILITIES) {
            judge.warn(
                    Code.ROWS_ARE_PROBABILITIES,
                    "The rows are not negative and each sums to 1: they are probabilities already,"
                            + " and were read as logits, so the loss is wrong. Take their"
                            + " logarithms, or give the logits.");
        }
        judge.verdicts.addAll(ClaimVerdicts.of(report, losses, claims));
        if (judge.onlyOneClass()) {
            judge.note(
                    Code.ONLY_ONE_CLASS,
                    "All examples are of one class: the accuracy is its recall, and there is no"
                            + " simpler answer to compare with.");
        } else {
            if (finite) {
                judge.judgeLoss();
            }
            judge.judgeAccuracy();
        }
        judge.judgeCollapse();
        judge.judgeClasses();
        if (finite) {
            judge.judgeConfidence();
        }
        judge.judgeSize();
        return gravestFirst(judge.verdicts);
    }

    static List<Verdict> gravestFirst(List<Verdict> verdicts) {
        return verdicts.stream()
                .sorted(Comparator.comparing(Verdict::severity).reversed())
                .toList();
    }

    private boolean judgeFinite(double[][] logits) {
        int broken = 0;
        int first = -1;
        for (int i = 0; i < logits.length; i++) {
            double logSumExp = Logits.logSumExp(logits[i]);
            if (!Double.isFinite(logSumExp)) {
                broken++;
                first = first < 0 ? i : first;
            }
        }
        if (broken == 0) {
            return true;
        }
        verdicts.add(
                new Verdict(
                        Code.NOT_FINITE_LOGITS,
                        Severity.ERROR,
                        ("%d of %s hold NaN or infinity (the first is row %d, counted from 0): the"
                                        + " model has diverged or its weights are broken, and its"
                                        + " loss and probabilities mean nothing.")
                                .formatted(broken, count(logits.length, "row"), first)));
        return false;
    }

    private boolean onlyOneClass() {
        return report.baselines().majorityAccuracy() == 1;
    }

    private void judgeLoss() {
        double prior = report.baselines().priorLoss();
        if (report.loss() > prior) {
            warn(
                    Code.LOSS_ABOVE_PRIOR,
                    ("The loss %s is above %s, the loss of always answering the class shares of"
                                    + " these labels: as probabilities, the answers are worse than"
                                    + " not reading the text at all.")
                            .formatted(decimals(report.loss()), decimals(prior)));
            return;
        }
        note(
                Code.LOSS_BELOW_PRIOR,
                ("The loss %s is below %s, the loss of always answering the class shares of these"
                                + " labels: the probabilities carry information.")
                        .formatted(decimals(report.loss()), decimals(prior)));
    }

    private void judgeAccuracy() {
        ClassBaselines baselines = report.baselines();
        String majority = report.labelNames().get(baselines.majorityClass());
        long right = report.confusion().right();
        long majorityRight = report.confusion().support(baselines.majorityClass());
        String comparison =
                "always answering '%s' gives %s"
                        .formatted(majority, percent(majorityRight, report.examples()));
        String accuracy = "The accuracy " + percent(right, report.examples());
        if (right > majorityRight) {
            note(
                    Code.ACCURACY_ABOVE_MAJORITY,
                    "%s is better than the simplest answer: %s.".formatted(accuracy, comparison));
        } else if (right == majorityRight) {
            warn(
                    Code.ACCURACY_AT_MAJORITY,
                    "%s is no better than the simplest answer: %s."
                            .formatted(accuracy, comparison));
        } else {
            warn(
                    Code.ACCURACY_BELOW_MAJORITY,
                    "%s is worse than the simplest answer: %s.".formatted(accuracy, comparison));
        }
    }

    private void judgeCollapse() {
        ClassScore most =
                report.scores().perClass().stream()
                        .max(Comparator.comparingLong(ClassScore::predicted))
                        .orElseThrow();
        double predicted = (double) most.predicted() / report.examples();
        double actual = (double) most.support() / report.examples();
        boolean swallowed = predicted >= COLLAPSED_SHARE && predicted - actual >= COLLAPSED_EXCESS;
        boolean only = predicted == 1 && actual < 1 && report.examples() > 1;
        if (!swallowed && !only) {
            return;
        }
        warn(
                Code.COLLAPSED_PREDICTIONS,
                ("%d of %s (%s) are '%s', but only %d of the examples are: the predictions have"
                                + " collapsed to one class; the model hardly tells the classes"
                                + " apart. Often it was trained too briefly, at a wrong learning"
                                + " rate, or on too few examples of the other classes.")
                        .formatted(
                                most.predicted(),
                                count(report.examples(), "prediction"),
                                percent(most.predicted(), report.examples()),
                                most.name(),
                                most.support()));
    }

    private void judgeClasses() {
        List<ClassScore> classes = report.scores().perClass();
        List<String> never =
                classes.stream()
                        .filter(scored -> scored.support() > 0 && scored.predicted() == 0)
                        .map(
                                scored ->
                                        "'%s' (%s)"
                                                .formatted(
                                                        scored.name(),
                                                        count(scored.support(), "example")))
                        .toList();
        if (!never.isEmpty()) {
            warn(
                    Code.CLASSES_NEVER_PREDICTED,
                    "Never predicted, so with precision, recall and F1 of 0: %s."
                            .formatted(names(never)));
        }
        List<String> without =
                classes.stream()
                        .filter(scored -> scored.support() == 0)
                        .map(scored -> "'%s'".formatted(scored.name()))
                        .toList();
        if (!without.isEmpty()) {
            note(
                    Code.CLASSES_WITHOUT_EXAMPLES,
                    "No example has the label %s: nothing can be said about how well it is found."
                            .formatted(names(without)));
        }
    }

    private void judgeConfidence() {
        double confidence = report.calibration().meanConfidence();
        double gap = confidence - report.accuracy();
        if (report.examples() < ENOUGH_FOR_CALIBRATION || Math.abs(gap) < CALIBRATION_GAP) {
            return;
        }
        String numbers =
                "on average the model is %s sure of its answer and %s of them are right"
                        .formatted(percent(confidence), percent(report.accuracy()));
        if (gap > 0) {
            warn(
                    Code.OVERCONFIDENT,
                    "Overconfident: %s; do not take its probabilities at their word."
                            .formatted(numbers));
        } else {
            note(Code.UNDERCONFIDENT, "Underconfident: %s.".formatted(numbers));
        }
    }

    private void judgeSize() {
        if (report.examples() >= FEW_EXAMPLES) {
            return;
        }
        ProportionInterval interval =
                ProportionInterval.wilson95(report.confusion().right(), report.examples());
        note(
                Code.FEW_EXAMPLES,
                ("With %s the accuracy is known only roughly: on other examples of the same kind it"
                                + " may well lie between %s and %s (95 %% interval).")
                        .formatted(
                                count(report.examples(), "example"),
                                percent(interval.low()),
                                percent(interval.high())));
    }

    private void warn(Code code, String sentence) {
        verdicts.add(new Verdict(code, Severity.WARNING, sentence));
    }

    private void note(Code code, String sentence) {
        verdicts.add(new Verdict(code, Severity.NOTE, sentence));
    }
}
