package xlmr.eval;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;

/// The evaluation of a classifier that gives each example one of K classes.
///
/// @param examples the number of rows B
/// @param loss mean cross-entropy over the rows, in nats
/// @param scores all that follows from the confusion matrix; macro averages run over the classes
///   that occur, divisions by zero give 0 (both as scikit-learn does by itself)
/// @param brier mean squared distance of the probabilities from the right answer, 0 to 2
/// @param calibration whether the model is as often right as it is sure, in 10 bins
/// @param baselines what can be had without reading the text
/// @param worst the wrong answers that the model was surest of
/// @param verdicts what all this means
public record ClassificationReport(
        int examples,
        List<String> labelNames,
        double loss,
        ClassificationScores scores,
        ConfusionMatrix confusion,
        double brier,
        Calibration calibration,
        ClassBaselines baselines,
        List<WrongAnswer> worst,
        List<Verdict> verdicts)
        implements EvaluationReport {

    private static final int CALIBRATION_BINS = 10;

    public ClassificationReport {
        labelNames = List.copyOf(labelNames);
        worst = List.copyOf(worst);
        verdicts = List.copyOf(verdicts);
    }

    /// Evaluates single-precision logits, as [#of(double[][], int[], List)].
    public static ClassificationReport of(float[][] logits, int[] labels, List<String> labelNames) {
        return of(Logits.toDouble(logits), labels, labelNames);
    }

    /// Evaluates logits `[B, K]` against the right classes `[B]`.
    ///
    /// @param labelNames the K label names in the order of the ids, all different
    /// @throws IllegalArgumentException if there is no row, a row is of another length, a label is
    ///   not in `[0, K)`, or names are missing or repeated
    public static ClassificationReport of(
            double[][] logits, int[] labels, List<String> labelNames) {
        return of(logits, labels, labelNames, ClaimedMetrics.none());
    }

    /// As above, and checks numbers that somebody printed for the same rows: the verdicts then say
    /// for each which of the possible numbers it is.
    public static ClassificationReport of(
            double[][] logits, int[] labels, List<String> labelNames, ClaimedMetrics claims) {
        int classes = Logits.requireRectangular("classification report", logits, 2);
        requireNames(labelNames, classes);
        int[] predictions = new int[logits.length];
        double[][] probabilities = new double[logits.length][];
        for (int i = 0; i < logits.length; i++) {
            predictions[i] = Logits.argmax(logits[i]);
            probabilities[i] = Logits.softmax(logits[i]);
        }
        ConfusionMatrix confusion = ConfusionMatrix.of(labels, predictions, classes);
        ClassificationScores scores =
                ClassificationScores.of(confusion, labelNames, 0, AveragedClasses.OCCURRING);
        double[] losses = new double[logits.length];
        for (int i = 0; i < logits.length; i++) {
            losses[i] = Logits.crossEntropy(logits[i], labels[i]);
        }
        ClassificationReport unjudged =
                new ClassificationReport(
                        logits.length,
                        labelNames,
                        BatchMeanLoss.mean(losses),
                        scores,
                        confusion,
                        brier(probabilities, labels),
                        Calibration.of(probabilities, labels, CALIBRATION_BINS),
                        ClassBaselines.of(scores.perClass()),
                        worst(probabilities, predictions, labels, labelNames),
                        List.of());
        return unjudged.withVerdicts(ClassificationVerdicts.of(unjudged, logits, losses, claims));
    }

    /// The share of right predictions.
    public double accuracy() {
        return scores.accuracy();
    }

    /// The mean F1 of the classes that occur.
    public double macroF1() {
        return scores.averages().macro().f1();
    }

    private ClassificationReport withVerdicts(List<Verdict> judged) {
        return new ClassificationReport(
                examples,
                labelNames,
                loss,
                scores,
                confusion,
                brier,
                calibration,
                baselines,
                worst,
                judged);
    }

    private static List<WrongAnswer> worst(
            double[][] probabilities, int[] predictions, int[] labels, List<String> names) {
        List<WrongAnswer> wrong = new ArrayList<>();
        for (int i = 0; i < labels.length; i++) {
            if (predictions[i] != labels[i]) {
                wrong.add(
                        WrongAnswer.of(
                                i,
                                names.get(labels[i]),
                                names.get(predictions[i]),
                                probabilities[i][predictions[i]]));
            }
        }
        return WrongAnswer.worst(wrong);
    }

    private static double brier(double[][] probabilities, int[] labels) {
        double sum = 0;
        for (int i = 0; i < probabilities.length; i++) {
            for (int k = 0; k < probabilities[i].length; k++) {
                double distance = probabilities[i][k] - (k == labels[i] ? 1 : 0);
                sum += distance * distance;
            }
        }
        return sum / probabilities.length;
    }

    static void requireNames(List<String> names, int classes) {
        if (names.size() != classes) {
            throw new IllegalArgumentException(
                    "report: expected %d label names, one for each number of a row, found %d"
                            .formatted(classes, names.size()));
        }
        var seen = new HashSet<String>();
        for (String name : names) {
            if (!seen.add(name)) {
                throw new IllegalArgumentException(
                        "report: expected different label names, found '%s' twice".formatted(name));
            }
        }
    }
}
