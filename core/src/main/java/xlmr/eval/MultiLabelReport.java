package xlmr.eval;

import java.util.ArrayList;
import java.util.List;
import xlmr.eval.Verdict.Code;

/// The evaluation of a classifier that gives each example any number of K labels: K yes-or-no
/// questions, each answered yes where its probability is above 0.5.
///
/// @param loss mean binary cross-entropy over all rows and labels, in nats
/// @param priorLoss the loss of always answering each label's share: the mean entropy of the labels
/// @param subsetAccuracy the share of rows whose labels are all right
/// @param hammingLoss the share of wrong answers among all rows and labels
/// @param averages micro, macro and weighted over the labels, divisions by zero give 0
/// @param perLabel one entry a label, in the order of the ids
public record MultiLabelReport(
        int examples,
        List<String> labelNames,
        double loss,
        double priorLoss,
        double subsetAccuracy,
        double hammingLoss,
        Averages averages,
        List<ClassScore> perLabel,
        List<Verdict> verdicts)
        implements EvaluationReport {

    public MultiLabelReport {
        labelNames = List.copyOf(labelNames);
        perLabel = List.copyOf(perLabel);
        verdicts = List.copyOf(verdicts);
    }

    /// Evaluates logits `[B, K]` against `labels` `[B, K]`, of which a row may hold none.
    ///
    /// @throws IllegalArgumentException if there is no row, or shapes or names do not fit
    public static MultiLabelReport of(
            double[][] logits, boolean[][] labels, List<String> labelNames) {
        int labelCount = Logits.requireRectangular("multi-label report", logits, 1);
        ClassificationReport.requireNames(labelNames, labelCount);
        requireSameShape(logits, labels, labelCount);
        long[] right = new long[labelCount];
        long[] predicted = new long[labelCount];
        long[] support = new long[labelCount];
        double loss = 0;
        long wrong = 0;
        int exactRows = 0;
        for (int i = 0; i < logits.length; i++) {
            int wrongInRow = 0;
            for (int k = 0; k < labelCount; k++) {
                boolean yes = logits[i][k] > 0; // sigmoid above 0.5
                loss += Logits.binaryCrossEntropy(logits[i][k], labels[i][k]);
                predicted[k] += yes ? 1 : 0;
                support[k] += labels[i][k] ? 1 : 0;
                right[k] += yes && labels[i][k] ? 1 : 0;
                wrongInRow += yes == labels[i][k] ? 0 : 1;
            }
            wrong += wrongInRow;
            exactRows += wrongInRow == 0 ? 1 : 0;
        }
        double answers = (double) logits.length * labelCount;
        List<ClassScore> perLabel = new ArrayList<>();
        double entropy = 0;
        for (int k = 0; k < labelCount; k++) {
            perLabel.add(
                    ClassScore.of(k, labelNames.get(k), support[k], right[k], predicted[k], 0));
            entropy += binaryEntropy((double) support[k] / logits.length);
        }
        MultiLabelReport unjudged =
                new MultiLabelReport(
                        logits.length,
                        labelNames,
                        loss / answers,
                        entropy / labelCount,
                        (double) exactRows / logits.length,
                        wrong / answers,
                        Averages.of(perLabel, 0, AveragedClasses.ALL),
                        perLabel,
                        List.of());
        return unjudged.withVerdicts(judge(unjudged, labels));
    }

    private static List<Verdict> judge(MultiLabelReport report, boolean[][] labels) {
        List<Verdict> verdicts = new ArrayList<>();
        if (!Double.isFinite(report.loss())) {
            verdicts.add(
                    new Verdict(
                            Code.NOT_FINITE_LOGITS,
                            Severity.ERROR,
                            "Some logits are NaN or infinite: the model has diverged or its weights"
                                    + " are broken, and its loss means nothing."));
        } else {
            boolean above = report.loss() > report.priorLoss();
            verdicts.add(
                    new Verdict(
                            above ? Code.LOSS_ABOVE_PRIOR : Code.LOSS_BELOW_PRIOR,
                            above ? Severity.WARNING : Severity.NOTE,
                            "The loss %s is %s %s, the loss of always answering each label's share."
                                    .formatted(
                                            NumberWords.decimals(report.loss()),
                                            above ? "above" : "not above",
                                            NumberWords.decimals(report.priorLoss()))));
        }
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
        double noneAccuracy = shareWithoutLabels(labels);
        if (report.subsetAccuracy() < noneAccuracy) {
            verdicts.add(
                    new Verdict(
                            Code.SUBSET_ACCURACY_BELOW_NONE,
                            Severity.WARNING,
                            ("%s of the rows are right in all labels; never answering yes would"
                                            + " be right in %s.")
                                    .formatted(
                                            NumberWords.percent(report.subsetAccuracy()),
                                            NumberWords.percent(noneAccuracy))));
        }
        return ClassificationVerdicts.gravestFirst(verdicts);
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

    private static double binaryEntropy(double share) {
        return share == 0 || share == 1
                ? 0
                : -share * Math.log(share) - (1 - share) * Math.log1p(-share);
    }

    private static void requireSameShape(double[][] logits, boolean[][] labels, int labelCount) {
        boolean same = logits.length == labels.length;
        for (int i = 0; same && i < labels.length; i++) {
            same = labels[i].length == labelCount;
        }
        if (!same) {
            throw new IllegalArgumentException(
                    "multi-label report: expected labels of the shape of the logits, [%d, %d]"
                            .formatted(logits.length, labelCount));
        }
    }

    private MultiLabelReport withVerdicts(List<Verdict> judged) {
        return new MultiLabelReport(
                examples,
                labelNames,
                loss,
                priorLoss,
                subsetAccuracy,
                hammingLoss,
                averages,
                perLabel,
                judged);
    }
}
