package xlmr.data;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// One JSON object a line; empty lines are skipped. A label is a string, a number or a boolean, or
/// an array of them.
final class JsonLineExamples {

    private static final ObjectReader JSON =
            JsonMapper.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS) // keep 1.50
                    .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
                    .build()
                    .readerFor(JsonNode.class);

    private final LineSplitter lines;
    private final String source;
    private final ExampleOptions options;

    JsonLineExamples(LineSplitter lines, String source, ExampleOptions options) {
        this.lines = lines;
        this.source = source;
        this.options = options;
    }

    @Nullable Example next() throws IOException {
        String line = lines.next();
        while (line != null && line.isBlank()) {
            line = lines.next();
        }
        if (line == null) {
            return null;
        }
        JsonNode record = parse(line);
        String pairField = options.textPairColumn();
        String labelField = options.labelColumn();
        return ExampleFields.example(
                options,
                source,
                lines.line(),
                text(record, options.textColumn()),
                pairField == null ? null : text(record, pairField),
                labelField == null ? null : labels(record, labelField));
    }

    private JsonNode parse(String line) throws IOException {
        JsonNode record;
        try {
            record = JSON.readTree(line);
        } catch (JsonProcessingException e) {
            throw new DataException(
                    "%s, line %d: not JSON: %s"
                            .formatted(source, lines.line(), oneLine(e.getOriginalMessage())),
                    e);
        }
        if (!record.isObject()) {
            throw problem(
                    "expected one JSON object a line, such as {\"%s\": \"...\"}, found %s"
                            .formatted(
                                    options.textColumn(),
                                    record.getNodeType().name().toLowerCase(Locale.ROOT)));
        }
        return record;
    }

    private String text(JsonNode record, String field) {
        JsonNode value = field(record, field);
        if (!value.isTextual()) {
            throw problem(
                    "expected a string in field '%s', found %s".formatted(field, shortened(value)));
        }
        return whole(value.textValue(), field);
    }

    private List<String> labels(JsonNode record, String field) {
        JsonNode value = field(record, field);
        if (!value.isArray()) {
            return value.isTextual()
                    ? ExampleFields.labels(options, source, lines.line(), value.textValue())
                    : List.of(label(value, field));
        }
        List<String> labels = new ArrayList<>();
        for (JsonNode element : value) {
            labels.add(label(element, field));
        }
        return labels;
    }

    private String label(JsonNode value, String field) {
        if (!value.isTextual() && !value.isNumber() && !value.isBoolean()) {
            throw problem(
                    "expected a label in field '%s', found %s".formatted(field, shortened(value)));
        }
        return ExampleFields.label(options, source, lines.line(), whole(value.asText(), field));
    }

    private JsonNode field(JsonNode record, String field) {
        JsonNode value = record.get(field);
        if (value == null) {
            List<String> names = new ArrayList<>();
            record.fieldNames().forEachRemaining(names::add);
            throw problem(
                    "no field '%s'; the fields are %s%s"
                            .formatted(
                                    field,
                                    NearestName.list(names),
                                    NearestName.hint(field, names)));
        }
        return value;
    }

    /// JSON can escape half a character, which is no text.
    private String whole(String text, String field) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (!Character.isSurrogate(c)) {
                continue;
            }
            boolean pair =
                    i + 1 < text.length() && Character.isSurrogatePair(c, text.charAt(i + 1));
            if (!pair) {
                throw problem(
                        "field '%s' holds half of a surrogate pair (\\u%04X)"
                                .formatted(field, (int) c));
            }
            i++;
        }
        return text;
    }

    private DataException problem(String what) {
        return DataException.at(source, lines.line(), what);
    }

    private static String oneLine(String message) {
        int end = message.indexOf('\n');
        return end < 0 ? message : message.substring(0, end);
    }

    private static String shortened(JsonNode value) {
        String text = value.toString();
        return text.length() <= 40 ? text : text.substring(0, 40) + "...";
    }
}
