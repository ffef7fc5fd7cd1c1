package xlmr.eval;

import java.util.ArrayList;
import java.util.List;

/// The evaluation of a classifier that gives each example any number of K labels: K yes-or-no
/// questions, each answered yes where its probability is above 0.5, or above a threshold of its
/// own.
///
/// @param loss mean binary cross-entropy over all rows and labels, in nats
/// @param priorLoss the loss of always answering each label's share: the mean entropy of the labels
/// @param subsetAccuracy the share of rows whose labels are all right
/// @param hammingLoss the share of wrong answers among all rows and labels
/// @param averages micro, macro and weighted over the labels, divisions by zero give 0
/// @param perLabel one entry a label, in the order of the ids
/// @param worst the rows with the wrong answer that the model was surest of
public record MultiLabelReport(
        int examples,
        List<String> labelNames,
        double loss,
        double priorLoss,
        double subsetAccuracy,
        double hammingLoss,
        Averages averages,
        List<ClassScore> perLabel,
        List<WrongAnswer> worst,
        List<Verdict> verdicts)
        implements EvaluationReport {

    public MultiLabelReport {
        labelNames = List.copyOf(labelNames);
        perLabel = List.copyOf(perLabel);
        worst = List.copyOf(worst);
        verdicts = List.copyOf(verdicts);
    }

    /// Evaluates logits `[B, K]` against `labels` `[B, K]`, of which a row may hold none.
    ///
    /// @throws IllegalArgumentException if there is no row, or shapes or names do not fit
    public static MultiLabelReport of(
            double[][] logits, boolean[][] labels, List<String> labelNames) {
        return of(logits, labels, labelNames, new double[labelNames.size()]);
    }

    /// As above, answering yes where a logit is above a threshold of its label's own.
    ///
    /// @param above `[K]`, as logits: 0 is a probability of one half
    public static MultiLabelReport of(
            double[][] logits, boolean[][] labels, List<String> labelNames, double[] above) {
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
                boolean yes = logits[i][k] > above[k];
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
                        worst(logits, labels, labelNames),
                        List.of());
        return unjudged.withVerdicts(MultiLabelVerdicts.of(unjudged, labels));
    }

    private static List<WrongAnswer> worst(
            double[][] logits, boolean[][] labels, List<String> names) {
        List<WrongAnswer> wrong = new ArrayList<>();
        for (int i = 0; i < logits.length; i++) {
            List<String> right = new ArrayList<>();
            List<String> found = new ArrayList<>();
            double surest = 0;
            for (int k = 0; k < names.size(); k++) {
                boolean yes = logits[i][k] > 0;
                if (labels[i][k]) {
                    right.add(names.get(k));
                }
                if (yes) {
                    found.add(names.get(k));
                }
                if (yes != labels[i][k]) {
                    surest = Math.max(surest, Logits.sigmoid(Math.abs(logits[i][k])));
                }
            }
            if (!right.equals(found)) {
                wrong.add(WrongAnswer.of(i, joined(right), joined(found), surest));
            }
        }
        return WrongAnswer.worst(wrong);
    }

    private static String joined(List<String> labels) {
        return labels.isEmpty() ? "(none)" : String.join(", ", labels);
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
                worst,
                judged);
    }
}
