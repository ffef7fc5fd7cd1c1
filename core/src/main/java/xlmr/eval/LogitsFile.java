package xlmr.eval;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import xlmr.data.DataException;
import xlmr.data.LabelSet;

/// Logits that were made elsewhere, from a file: rows of numbers as a program printed them, or a
/// JSON object with `logits` (or `probabilities`), an array of rows; optionally `label_ids` (or
/// `labels`), the right class of each row; `label_names` (an array) or `id2label` (an object); and
/// `printed_metrics` (or `metrics`), numbers to be checked.
///
/// @param rows `[B, K]`, as in the file
/// @param labels `[B]`, or null if the file holds none
/// @param labelNames the K names; `LABEL_0`, `LABEL_1`, ... if the file holds none
/// @param claims the metrics printed beside the rows
public record LogitsFile(
        double[][] rows,
        int @Nullable [] labels,
        List<String> labelNames,
        ClaimedMetrics claims,
        String source) {

    private static final long MAX_BYTES = 512L << 20;

    private static final ObjectReader JSON =
            JsonMapper.builder()
                    .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS) // Python writes NaN
                    .build()
                    .readerFor(JsonNode.class);

    public LogitsFile {
        labelNames = List.copyOf(labelNames);
    }

    /// Reads and checks a file.
    ///
    /// @throws DataException with one line that says what is wrong with it
    public static LogitsFile read(Path file) {
        String source = file.toString();
        String text = text(file);
        if (!text.startsWith("{")) {
            double[][] printed = PrintedRows.of(source, text);
            List<String> names = names(source, MissingNode.getInstance(), printed[0].length);
            return new LogitsFile(printed, null, names, ClaimedMetrics.none(), source);
        }
        JsonNode root = parse(source, text);
        String field = root.has("logits") ? "logits" : "probabilities";
        double[][] rows = rows(source, field, root.path(field));
        int classes = rows[0].length;
        JsonNode labels = first(root, "label_ids", "labels");
        return new LogitsFile(
                rows,
                labels == null ? null : labels(source, labels, rows.length, classes),
                names(source, root, classes),
                claims(first(root, "printed_metrics", "metrics")),
                source);
    }

    /// The evaluation of these rows, whichever [RowKind] they are.
    ///
    /// @throws DataException if the file holds no labels
    public ClassificationReport report() {
        int[] known = labels;
        if (known == null) {
            throw problem(source, "expected 'label_ids', the right class of each row, found none");
        }
        return ClassificationReport.of(RowKind.of(rows).asLogits(rows), known, labelNames, claims);
    }

    /// What the rows are, the first of them worked out.
    public LogitsExplanation explanation(int shown) {
        return LogitsExplanation.of(rows, labels, labelNames, shown);
    }

    /// Without a byte order mark and white space around it.
    private static String text(Path file) {
        try {
            if (Files.size(file) > MAX_BYTES) {
                throw problem(file.toString(), "larger than %d MiB".formatted(MAX_BYTES >> 20));
            }
            String text = Files.readString(file);
            return (text.startsWith("\uFEFF") ? text.substring(1) : text).strip();
        } catch (NoSuchFileException e) {
            throw new DataException("%s: no such file".formatted(file), e);
        } catch (CharacterCodingException e) {
            throw new DataException(
                    "%s: not UTF-8 text; expected JSON, or rows of numbers as they were printed"
                            .formatted(file),
                    e);
        } catch (IOException e) {
            throw new DataException("%s: cannot be read: %s".formatted(file, e.getMessage()), e);
        }
    }

    private static JsonNode parse(String source, String text) {
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new DataException(
                    "%s: not JSON: %s"
                            .formatted(
                                    source, e.getOriginalMessage().lines().findFirst().orElse("")),
                    e);
        }
    }

    private static double[][] rows(String source, String field, JsonNode array) {
        if (!array.isArray() || array.isEmpty()) {
            throw problem(source, "expected 'logits', an array of rows of numbers");
        }
        double[][] rows = new double[array.size()][];
        for (int i = 0; i < rows.length; i++) {
            JsonNode row = array.get(i);
            int columns = row.size();
            if (!row.isArray() || columns < 2 || i > 0 && columns != rows[0].length) {
                throw problem(
                        source,
                        "%s: expected an array of %s numbers in row %d, found %s"
                                .formatted(
                                        field,
                                        i == 0 ? "at least 2" : rows[0].length,
                                        i,
                                        row.isArray() ? columns : row.getNodeType()));
            }
            rows[i] = new double[columns];
            for (int k = 0; k < columns; k++) {
                if (!row.get(k).isNumber()) {
                    throw problem(
                            source,
                            "%s: expected a number in row %d, column %d, found %s"
                                    .formatted(field, i, k, row.get(k).getNodeType()));
                }
                rows[i][k] = row.get(k).doubleValue();
            }
        }
        return rows;
    }

    private static int[] labels(String source, JsonNode array, int count, int classes) {
        if (!array.isArray() || array.size() != count) {
            throw problem(
                    source,
                    "expected %d label ids, one for each row, found %d"
                            .formatted(count, array.size()));
        }
        int[] labels = new int[count];
        for (int i = 0; i < count; i++) {
            JsonNode label = array.get(i);
            if (!label.isInt() || label.intValue() < 0 || label.intValue() >= classes) {
                String found = label.toString();
                throw problem(
                        source,
                        "expected a label id from 0 to %d for row %d, found %s"
                                .formatted(
                                        classes - 1,
                                        i,
                                        found.length() > 40 ? label.getNodeType() : found));
            }
            labels[i] = label.intValue();
        }
        return labels;
    }

    private static List<String> names(String source, JsonNode root, int classes) {
        List<String> names = new ArrayList<>();
        JsonNode array = root.path("label_names");
        JsonNode byId = root.path("id2label");
        for (int k = 0; k < classes; k++) {
            JsonNode name = array.isArray() ? array.get(k) : byId.get(Integer.toString(k));
            boolean given = array.isArray() || byId.isObject();
            if (given && (name == null || !name.isTextual())) {
                throw problem(
                        source, "expected a label name for class %d, found none".formatted(k));
            }
            names.add(name == null ? "LABEL_" + k : name.textValue());
        }
        return LabelSet.of(names).names(); // refuses repeated ones
    }

    private static ClaimedMetrics claims(@Nullable JsonNode object) {
        Map<String, Double> claims = new LinkedHashMap<>();
        if (object != null && object.isObject()) {
            for (Map.Entry<String, JsonNode> entry : object.properties()) {
                if (entry.getValue().isNumber()) {
                    claims.put(entry.getKey(), entry.getValue().doubleValue());
                }
            }
        }
        return new ClaimedMetrics(claims);
    }

    private static @Nullable JsonNode first(JsonNode root, String name, String otherName) {
        JsonNode value = root.get(name);
        return value == null ? root.get(otherName) : value;
    }

    private static DataException problem(String source, String what) {
        return new DataException("%s: %s".formatted(source, what));
    }
}
