package xlmr.pipeline;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import xlmr.eval.ClassificationReport;
import xlmr.eval.Coverage;
import xlmr.eval.EvaluationReport;
import xlmr.eval.Logits;
import xlmr.eval.MultiLabelReport;
import xlmr.eval.TemperatureFit;
import xlmr.model.ProblemType;
import xlmr.model.Targets;
import xlmr.train.Evaluation;

/// How a classifier's rows of numbers are read: the activation, the labels, and the calibration if
/// there is one.
///
/// @param problem decides the activation
/// @param labels in the order of the ids
/// @param calibration null to read the numbers as they are
record LogitsReading(
        ProblemType problem, List<String> labels, @Nullable ModelCalibration calibration) {

    double temperature() {
        return calibration == null ? 1 : calibration.temperature();
    }

    /// Probabilities `[K]` of a row; none for regression.
    double[] probabilities(double[] row) {
        double[] scaled = TemperatureFit.divided(new double[][] {row}, temperature())[0];
        return switch (problem) {
            case SINGLE_LABEL_CLASSIFICATION -> Logits.softmax(scaled);
            case MULTI_LABEL_CLASSIFICATION -> Arrays.stream(scaled).map(Logits::sigmoid).toArray();
            case REGRESSION -> new double[0];
        };
    }

    /// Probabilities by label, in the order of the ids.
    Map<String, Double> byLabel(double[] row) {
        double[] probabilities = probabilities(row);
        Map<String, Double> byLabel = new LinkedHashMap<>();
        for (int k = 0; k < probabilities.length; k++) {
            byLabel.put(labels.get(k), probabilities[k]);
        }
        return Collections.unmodifiableMap(byLabel);
    }

    /// What one row says.
    Prediction prediction(
            String text, double[] row, int tokens, int truncated, List<WindowPrediction> parts) {
        Map<String, Double> byLabel = byLabel(row);
        List<String> given =
                switch (problem) {
                    case SINGLE_LABEL_CLASSIFICATION -> List.of(labels.get(Logits.argmax(row)));
                    case MULTI_LABEL_CLASSIFICATION -> above(byLabel);
                    case REGRESSION -> List.of();
                };
        String label =
                problem == ProblemType.REGRESSION
                        ? Float.toString((float) row[0])
                        : String.join("|", given);
        return new Prediction(
                text,
                problem,
                label,
                given,
                byLabel,
                boxed(row),
                tokens,
                truncated,
                List.copyOf(parts),
                temperature(),
                unsure(label, byLabel));
    }

    private List<String> above(Map<String, Double> byLabel) {
        double[] thresholds = thresholds();
        List<String> given = new ArrayList<>();
        for (int k = 0; k < thresholds.length; k++) {
            if (byLabel.getOrDefault(labels.get(k), Double.NaN) > thresholds[k]) {
                given.add(labels.get(k));
            }
        }
        return List.copyOf(given);
    }

    private boolean unsure(String label, Map<String, Double> byLabel) {
        Double least = calibration == null ? null : calibration.abstainBelow();
        return least != null
                && problem == ProblemType.SINGLE_LABEL_CLASSIFICATION
                && byLabel.getOrDefault(label, Double.NaN) < least;
    }

    private double[] thresholds() {
        if (calibration == null) {
            double[] halves = new double[labels.size()];
            Arrays.fill(halves, 0.5);
            return halves;
        }
        return calibration.thresholds(labels);
    }

    /// Logits `[M][K]` judged against targets as they are read here.
    EvaluationReport report(float[][] logits, Targets.OfSequences targets) {
        if (calibration == null) {
            return Evaluation.report(logits, targets, labels);
        }
        double[][] scaled = TemperatureFit.divided(Logits.toDouble(logits), temperature());
        return switch (targets) {
            case Targets.Classes classes ->
                    ClassificationReport.of(scaled, classes.labels(), labels);
            case Targets.MultiLabel multi ->
                    MultiLabelReport.of(
                            scaled, Evaluation.flags(multi.labels()), labels, thresholdLogits());
            case Targets.Values values -> Evaluation.report(logits, values, labels);
        };
    }

    /// What is answered, and how well, where unsure answers are left out; else empty.
    Optional<Coverage> coverage(float[][] logits, Targets.OfSequences targets) {
        Double least = calibration == null ? null : calibration.abstainBelow();
        if (least == null || !(targets instanceof Targets.Classes classes)) {
            return Optional.empty();
        }
        double[][] rows = Logits.toDouble(logits);
        double[][] probabilities = new double[rows.length][];
        Arrays.setAll(probabilities, i -> probabilities(rows[i]));
        return Optional.of(Coverage.at(least, probabilities, classes.labels()));
    }

    private double[] thresholdLogits() {
        return Arrays.stream(thresholds()).map(p -> Math.log(p) - Math.log1p(-p)).toArray();
    }

    /// As single-precision numbers, which logits are.
    static List<Float> boxed(double[] row) {
        return Arrays.stream(row).mapToObj(value -> (float) value).toList();
    }
}
