package xlmr.pipeline;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import xlmr.autograd.Parameter;
import xlmr.checkpoint.CheckpointException;
import xlmr.checkpoint.JsonDocument;
import xlmr.eval.CalibrationReport;
import xlmr.eval.LabelThreshold;
import xlmr.eval.TemperatureFit;
import xlmr.model.TaskModel;

/// How the numbers of one trained model become probabilities and decisions, as fitted to held-out
/// data; kept in `calibration.json` beside the model.
///
/// @param temperature by which logits are divided before softmax or sigmoid
/// @param abstainBelow an answer less probable than this is marked as one to be left out; null to
///   answer always
/// @param thresholds of yes-or-no labels: yes where the probability is above; a label that is
///   missing has 0.5
/// @param headChecksum of the head that it was fitted to, as [#checksum] gives it
public record ModelCalibration(
        double temperature,
        @Nullable Double abstainBelow,
        Map<String, Double> thresholds,
        long headChecksum) {
    /// The file's name.
    public static final String FILE = "calibration.json";

    private static final long MANY_LABELS = 1_000_000;
    private static final int CHUNK = 1 << 14;

    public ModelCalibration {
        thresholds = Map.copyOf(thresholds);
    }

    /// What a fit says, for the model that it was made with.
    ///
    /// @param abstainBelow null to answer always
    public static ModelCalibration of(
            CalibrationReport report, @Nullable Double abstainBelow, TaskModel model) {
        Map<String, Double> thresholds = new LinkedHashMap<>();
        for (LabelThreshold label : report.thresholds()) {
            thresholds.put(label.label(), label.threshold());
        }
        return new ModelCalibration(
                report.fit().temperature(), abstainBelow, thresholds, checksum(model));
    }

    /// The calibration in a model's directory, if there is one.
    ///
    /// @throws CheckpointException if it is damaged
    public static Optional<ModelCalibration> find(Path directory) {
        Path file = directory.resolve(FILE);
        return Files.exists(file) ? Optional.of(read(file)) : Optional.empty();
    }

    /// Reads a file.
    ///
    /// @throws CheckpointException if it cannot be read or a number is out of its range
    public static ModelCalibration read(Path file) {
        ObjectNode json = JsonDocument.read(file);
        double temperature =
                number(
                        file,
                        json,
                        "temperature",
                        TemperatureFit.LOWEST / 2,
                        TemperatureFit.HIGHEST * 2);
        Double abstainBelow =
                json.hasNonNull("abstain_below") ? number(file, json, "abstain_below", 0, 1) : null;
        Map<String, Double> thresholds = new LinkedHashMap<>();
        JsonNode stored = json.path("thresholds");
        if (stored instanceof ObjectNode labels && labels.size() <= MANY_LABELS) {
            for (Map.Entry<String, JsonNode> label : labels.properties()) {
                thresholds.put(label.getKey(), number(file, labels, label.getKey(), 0, 1));
            }
        } else if (!stored.isMissingNode()) {
            throw new CheckpointException(
                    file.toString(), "thresholds: expected an object of numbers by label");
        }
        JsonNode checksum = json.path("head_checksum");
        if (!checksum.isIntegralNumber() || !checksum.canConvertToLong()) {
            throw new CheckpointException(
                    file.toString(),
                    "head_checksum: expected the whole number that xlmr calibrate wrote",
                    "make the file again with xlmr calibrate");
        }
        return new ModelCalibration(temperature, abstainBelow, thresholds, checksum.longValue());
    }

    private static double number(Path file, ObjectNode json, String name, double low, double high) {
        JsonNode value = json.path(name);
        double number = value.isNumber() ? value.doubleValue() : Double.NaN;
        if (!(number >= low && number <= high)) {
            throw new CheckpointException(
                    file.toString(),
                    "%s: expected a number from %s to %s, found %s"
                            .formatted(name, low, high, value.isMissingNode() ? "none" : value));
        }
        return number;
    }

    /// Writes a file, with what the fit found beside it.
    ///
    /// @throws CheckpointException if it cannot be written; an earlier file is then as it was
    public void write(Path file, CalibrationReport report) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("temperature", temperature);
        if (abstainBelow != null) {
            json.put("abstain_below", abstainBelow);
        }
        if (!thresholds.isEmpty()) {
            ObjectNode labels = json.putObject("thresholds");
            for (LabelThreshold label : report.thresholds()) {
                labels.put(label.label(), label.threshold());
            }
        }
        json.put("head_checksum", headChecksum);
        ObjectNode fitted = json.putObject("fitted");
        fitted.put("examples", report.examples());
        fitted.put("expected_calibration_error_before", report.before().expectedError());
        fitted.put("expected_calibration_error_after", report.after().expectedError());
        fitted.put("loss_before", report.fit().lossBefore());
        fitted.put("loss_after", report.fit().lossAfter());
        JsonDocument.write(file, json);
    }

    /// Whether it was fitted to this model's head: a model that was trained again needs a new one.
    public boolean fits(TaskModel model) {
        return headChecksum == checksum(model);
    }

    /// Checks that it may be applied to a model.
    ///
    /// @throws IllegalArgumentException if it was made for other weights
    void requireFit(TaskModel model) {
        if (!fits(model)) {
            throw new IllegalArgumentException(
                    "calibration: it was made for other weights than this model's; calibrate"
                            + " again");
        }
    }

    /// The thresholds in the order of the labels.
    ///
    /// @return `[K]` probabilities
    double[] thresholds(List<String> labels) {
        return labels.stream().mapToDouble(label -> thresholds.getOrDefault(label, 0.5)).toArray();
    }

    /// A checksum of a model's labels and of the weights of its head.
    public static long checksum(TaskModel model) {
        CRC32C sum = new CRC32C();
        for (String label : model.config().labels()) {
            for (int i = 0; i < label.length(); i++) {
                add(sum, label.charAt(i));
            }
            add(sum, -1);
        }
        for (Parameter parameter : model.head().parameters()) {
            int elements = parameter.shape().elements();
            float[] values = new float[Math.min(CHUNK, elements)];
            for (int from = 0; from < elements; from += CHUNK) {
                int count = Math.min(CHUNK, elements - from);
                parameter.value().storage().read(from, values, 0, count);
                for (int i = 0; i < count; i++) {
                    add(sum, Float.floatToIntBits(values[i]));
                }
            }
        }
        return sum.getValue();
    }

    private static void add(CRC32C sum, int bits) {
        sum.update(bits);
        sum.update(bits >>> 8);
        sum.update(bits >>> 16);
        sum.update(bits >>> 24);
    }
}
