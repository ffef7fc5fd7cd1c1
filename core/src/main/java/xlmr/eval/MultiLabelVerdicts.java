package xlmr.eval;

import static xlmr.eval.NumberWords.decimals;
import static xlmr.eval.NumberWords.percent;

import java.util.ArrayList;
import java.util.List;
import xlmr.eval.Verdict.Code;

/// Judges a [MultiLabelReport].
final class MultiLabelVerdicts {

    private MultiLabelVerdicts() {}

    static List<Verdict> of(MultiLabelReport report, boolean[][] labels) {
        List<Verdict> verdicts = new ArrayList<>();
        verdicts.add(loss(report));
        labels(report, verdicts);
        double noneAccuracy = shareWithoutLabels(labels);
        if (report.subsetAccuracy() < noneAccuracy) {
            verdicts.add(
                    new Verdict(
                            Code.SUBSET_ACCURACY_BELOW_NONE,
                            Severity.WARNING,
                            "%s of the rows are right in all labels; never a yes would be in %s."
                                    .formatted(
                                            percent(report.subsetAccuracy()),
                                            percent(noneAccuracy))));
        }
        return ClassificationVerdicts.gravestFirst(verdicts);
    }

    private static Verdict loss(MultiLabelReport report) {
        if (!Double.isFinite(report.loss())) {
            return new Verdict(
                    Code.NOT_FINITE_LOGITS,
                    Severity.ERROR,
                    "Some logits are NaN or infinite: the model has diverged or its weights are"
                            + " broken, and its loss means nothing.");
        }
        boolean above = report.loss() > report.priorLoss();
        return new Verdict(
                above ? Code.LOSS_ABOVE_PRIOR : Code.LOSS_BELOW_PRIOR,
                above ? Severity.WARNING : Severity.NOTE,
                "The loss %s is %s %s, the loss of always answering each label's share."
                        .formatted(
                                decimals(report.loss()),
                                above ? "above" : "not above",
                                decimals(report.priorLoss())));
    }

    private static void labels(MultiLabelReport report, List<Verdict> verdicts) {
        List<String> never = new ArrayList<>();
        List<String> without = new ArrayList<>();
        for (ClassScore scored : report.perLabel()) {
            if (scored.support() == 0) {
                without.add("'%s'".formatted(scored.name()));
            } else if (scored.predicted() == 0) {
                never.add("'%s'".formatted(scored.name()));
            }
        }
        if (!never.isEmpty()) {
            verdicts.add(
                    new Verdict(
                            Code.LABELS_NEVER_PREDICTED,
                            Severity.WARNING,
                            "Never answered with yes, although some examples have them: %s."
                                    .formatted(NumberWords.names(never))));
        }
        if (!without.isEmpty()) {
            verdicts.add(
                    new Verdict(
                            Code.CLASSES_WITHOUT_EXAMPLES,
                            Severity.NOTE,
                            "No example has the label %s.".formatted(NumberWords.names(without))));
        }
    }

    private static double shareWithoutLabels(boolean[][] labels) {
        int none = 0;
        for (boolean[] row : labels) {
            boolean any = false;
            for (boolean holds : row) {
                any |= holds;
            }
            none += any ? 0 : 1;
        }
        return (double) none / labels.length;
    }
}
