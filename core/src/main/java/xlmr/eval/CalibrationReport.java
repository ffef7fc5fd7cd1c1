package xlmr.eval;

import static xlmr.eval.NumberWords.count;
import static xlmr.eval.NumberWords.percent;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// What fitting a temperature to held-out data brought, and what else the data tell about when to
/// believe the classifier.
///
/// @param examples rows that it was fitted to
/// @param fit the temperature
/// @param before how sure and how right the classifier is as it stands
/// @param after the same with logits divided by the temperature
/// @param coverage what is answered, and how well, if unsure answers are left out; empty for
///   yes-or-no labels
/// @param thresholds of yes-or-no labels, as probabilities after the temperature; else empty
public record CalibrationReport(
        int examples,
        TemperatureFit fit,
        Calibration before,
        Calibration after,
        List<Coverage> coverage,
        List<LabelThreshold> thresholds) {

    /// Bins of the reliability picture and of the calibration error.
    public static final int BINS = 10;

    private static final int FEW = 100;

    public CalibrationReport {
        coverage = List.copyOf(coverage);
        thresholds = List.copyOf(thresholds);
    }

    /// For rows of which one class is right.
    ///
    /// @param logits `[B, K]`
    /// @param labels `[B]` the right classes
    /// @throws IllegalArgumentException as [TemperatureFit#ofClasses]
    public static CalibrationReport ofClasses(double[][] logits, int[] labels) {
        TemperatureFit fit = TemperatureFit.ofClasses(logits, labels);
        double[][] raw = softmax(logits);
        double[][] fitted = softmax(TemperatureFit.divided(logits, fit.temperature()));
        return new CalibrationReport(
                labels.length,
                fit,
                Calibration.of(raw, labels, BINS),
                Calibration.of(fitted, labels, BINS),
                Coverage.table(fitted, labels),
                List.of());
    }

    /// For rows of yes-or-no labels.
    ///
    /// @param logits `[B, K]`
    /// @param labels `[B, K]` whether each holds
    /// @param names of the K labels
    /// @throws IllegalArgumentException as [TemperatureFit#ofLabels]
    public static CalibrationReport ofLabels(
            double[][] logits, boolean[][] labels, List<String> names) {
        TemperatureFit fit = TemperatureFit.ofLabels(logits, labels);
        double[][] fitted = sigmoid(TemperatureFit.divided(logits, fit.temperature()));
        return new CalibrationReport(
                labels.length,
                fit,
                Calibration.ofLabels(sigmoid(logits), labels, BINS),
                Calibration.ofLabels(fitted, labels, BINS),
                List.of(),
                LabelThreshold.best(fitted, labels, names));
    }

    private static double[][] softmax(double[][] rows) {
        double[][] result = new double[rows.length][];
        for (int i = 0; i < rows.length; i++) {
            result[i] = Logits.softmax(rows[i]);
        }
        return result;
    }

    private static double[][] sigmoid(double[][] rows) {
        double[][] result = new double[rows.length][];
        for (int i = 0; i < rows.length; i++) {
            result[i] = new double[rows[i].length];
            for (int k = 0; k < rows[i].length; k++) {
                result[i][k] = Logits.sigmoid(rows[i][k]);
            }
        }
        return result;
    }

    /// What was found, a sentence each.
    public List<String> words() {
        List<String> words = new ArrayList<>();
        double temperature = fit.temperature();
        String was =
                Math.abs(temperature - 1) < 0.05
                        ? "as sure as it may be"
                        : temperature > 1 ? "too sure" : "not sure enough";
        words.add(
                "Temperature %s: the model was %s. Every logit is divided by it, which changes probabilities and never the order of the labels."
                        .formatted(three(temperature), was));
        words.add(
                "Calibration error %s before, %s after; loss %s before, %s after, on the same %s."
                        .formatted(
                                percent(before.expectedError()),
                                percent(after.expectedError()),
                                NumberWords.decimals(fit.lossBefore()),
                                NumberWords.decimals(fit.lossAfter()),
                                count(examples, "example")));
        if (fit.atLimit()) {
            words.add(
                    temperature < 1
                            ? "That is the lowest temperature that is tried: with (nearly) every"
                                    + " answer right the examples do not tell one. Use more, or"
                                    + " harder, held-out examples."
                            : "That is the highest temperature that is tried: on these examples the"
                                    + " model is no better than chance. Are the labels right?");
        }
        if (examples < FEW) {
            words.add(
                    "%s are few: the temperature may be off by a good part."
                            .formatted(count(examples, "example")));
        }
        return words;
    }

    /// Sentences and tables for a person, ends in a line feed.
    public String text() {
        StringBuilder text = new StringBuilder();
        words().forEach(sentence -> text.append(ReportText.wrapped("", sentence)));
        if (!coverage.isEmpty()) {
            text.append("\nIf only answers of at least this probability are given\n");
            TextTable table =
                    new TextTable().row("probability", "answered", "right", "share right");
            for (Coverage row : coverage) {
                table.row(
                        String.format(Locale.ROOT, "%.2f", row.threshold()),
                        "%d of %d".formatted(row.answered(), row.examples()),
                        Integer.toString(row.right()),
                        row.answered() == 0 ? "-" : percent(row.accuracy()));
            }
            text.append(table.text());
        }
        if (!thresholds.isEmpty()) {
            text.append("\nYes above this probability, for the best F1 of each label\n");
            TextTable table =
                    new TextTable().row("label", "threshold", "F1", "F1 at 0.5", "examples");
            for (LabelThreshold row : thresholds) {
                table.row(
                        row.label(),
                        three(row.threshold()),
                        three(row.f1()),
                        three(row.f1AtHalf()),
                        Integer.toString(row.support()));
            }
            text.append(table.text());
        }
        return text.toString();
    }

    private static String three(double value) {
        return String.format(Locale.ROOT, "%.3f", value);
    }

    /// All of it for scripts.
    public ObjectNode json() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("examples", examples);
        ReportJson.put(json, "temperature", fit.temperature());
        json.put("temperature_at_limit", fit.atLimit());
        put(json.putObject("before"), fit.lossBefore(), before);
        put(json.putObject("after"), fit.lossAfter(), after);
        ArrayNode covered = json.putArray("coverage");
        for (Coverage row : coverage) {
            ObjectNode node = covered.addObject();
            node.put("threshold", row.threshold());
            node.put("answered", row.answered());
            node.put("right", row.right());
        }
        ObjectNode labels = json.putObject("thresholds");
        for (LabelThreshold row : thresholds) {
            ObjectNode node = labels.putObject(row.label());
            node.put("threshold", row.threshold());
            node.put("f1", row.f1());
            node.put("f1_at_half", row.f1AtHalf());
            node.put("support", row.support());
        }
        ArrayNode words = json.putArray("words");
        words().forEach(words::add);
        return json;
    }

    private static void put(ObjectNode json, double loss, Calibration calibration) {
        ReportJson.put(json, "loss", loss);
        ReportJson.put(json, "expected_calibration_error", calibration.expectedError());
        ReportJson.put(json, "maximum_calibration_error", calibration.maximumError());
        ReportJson.put(json, "mean_confidence", calibration.meanConfidence());
        ArrayNode bins = json.putArray("bins");
        for (Calibration.Bin bin : calibration.bins()) {
            ObjectNode node = bins.addObject();
            node.put("low", bin.low());
            node.put("high", bin.high());
            node.put("count", bin.count());
            node.put("accuracy", bin.accuracy());
            node.put("confidence", bin.confidence());
        }
    }
}
