package xlmr.eval;

import java.util.ArrayList;
import java.util.List;
import xlmr.eval.Verdict.Code;

/// The evaluation of a model that answers with a number.
///
/// @param loss mean squared error over the rows
/// @param meanAbsoluteError mean distance from the right number
/// @param r2 1 - loss / variance of the right numbers: 1 is perfect, 0 is as good as always
///   answering their mean; NaN if they are all the same
/// @param pearson correlation with the right numbers, see [Correlation#pearson]
/// @param spearman correlation of the ranks, see [Correlation#spearman]
/// @param targetVariance the loss of always answering the mean of the right numbers
/// @param worst the answers that are farthest off
public record RegressionReport(
        int examples,
        double loss,
        double meanAbsoluteError,
        double r2,
        double pearson,
        double spearman,
        double targetVariance,
        List<WrongAnswer> worst,
        List<Verdict> verdicts)
        implements EvaluationReport {

    public RegressionReport {
        worst = List.copyOf(worst);
        verdicts = List.copyOf(verdicts);
    }

    /// Compares numbers with the right ones.
    ///
    /// @throws IllegalArgumentException if there are none, or not as many on both sides
    public static RegressionReport of(double[] predictions, double[] targets) {
        if (predictions.length == 0 || predictions.length != targets.length) {
            throw new IllegalArgumentException(
                    "regression report: expected a target for each of at least one prediction,"
                            + " found %d targets for %d"
                                    .formatted(targets.length, predictions.length));
        }
        double mean = BatchMeanLoss.mean(targets);
        double squared = 0;
        double absolute = 0;
        double spread = 0;
        for (int i = 0; i < targets.length; i++) {
            double error = predictions[i] - targets[i];
            squared += error * error;
            absolute += Math.abs(error);
            spread += (targets[i] - mean) * (targets[i] - mean);
        }
        RegressionReport unjudged =
                new RegressionReport(
                        targets.length,
                        squared / targets.length,
                        absolute / targets.length,
                        spread == 0 ? Double.NaN : 1 - squared / spread,
                        Correlation.pearson(predictions, targets),
                        Correlation.spearman(predictions, targets),
                        spread / targets.length,
                        worst(predictions, targets),
                        List.of());
        return unjudged.withVerdicts(judge(unjudged, predictions));
    }

    private static List<WrongAnswer> worst(double[] predictions, double[] targets) {
        List<WrongAnswer> wrong = new ArrayList<>();
        for (int i = 0; i < targets.length; i++) {
            double distance = Math.abs(predictions[i] - targets[i]);
            if (distance != 0) {
                wrong.add(
                        new WrongAnswer(
                                i,
                                NumberWords.decimals(targets[i]),
                                NumberWords.decimals(predictions[i]),
                                Double.NaN,
                                distance));
            }
        }
        return WrongAnswer.worst(wrong);
    }

    private static List<Verdict> judge(RegressionReport report, double[] predictions) {
        List<Verdict> verdicts = new ArrayList<>();
        if (!Double.isFinite(report.loss())) {
            verdicts.add(
                    new Verdict(
                            Code.NOT_FINITE_LOGITS,
                            Severity.ERROR,
                            "Some numbers are NaN or infinite: the errors mean nothing."));
            return verdicts;
        }
        if (report.targetVariance() == 0) {
            verdicts.add(
                    new Verdict(
                            Code.CONSTANT_TARGETS,
                            Severity.WARNING,
                            "All right numbers are the same: R2 and the correlations are"
                                    + " undefined."));
        } else if (report.r2() <= 0) {
            verdicts.add(
                    new Verdict(
                            Code.WORSE_THAN_MEAN,
                            Severity.WARNING,
                            ("The loss %s is not below %s, the loss of always answering the mean"
                                            + " of the right numbers (R2 %s).")
                                    .formatted(
                                            NumberWords.decimals(report.loss()),
                                            NumberWords.decimals(report.targetVariance()),
                                            NumberWords.decimals(report.r2()))));
        }
        boolean constant = predictions.length > 1;
        for (double prediction : predictions) {
            constant &= prediction == predictions[0];
        }
        if (constant) {
            verdicts.add(
                    new Verdict(
                            Code.CONSTANT_PREDICTIONS,
                            Severity.WARNING,
                            "All answers are the same number: the model has learned nothing that"
                                    + " shows."));
        }
        return ClassificationVerdicts.gravestFirst(verdicts);
    }

    private RegressionReport withVerdicts(List<Verdict> judged) {
        return new RegressionReport(
                examples,
                loss,
                meanAbsoluteError,
                r2,
                pearson,
                spearman,
                targetVariance,
                worst,
                judged);
    }
}
