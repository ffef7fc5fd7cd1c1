package xlmr.data;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One JSON object a line; empty lines are skipped. A label is a string, a number or a boolean, or
/// an array of them.
final class JsonLineExamples {

    private final LineSplitter lines;
    private final String source;
    private final ExampleOptions options;

    JsonLineExamples(LineSplitter lines, String source, ExampleOptions options) {
        this.lines = lines;
        this.source = source;
        this.options = options;
    }

    @Nullable Example next() throws IOException {
        JsonRecord record =
                JsonRecord.next(lines, source, "{\"%s\": \"...\"}".formatted(options.textColumn()));
        if (record == null) {
            return null;
        }
        String pairField = options.textPairColumn();
        String labelField = options.labelColumn();
        String groupField = options.groupColumn();
        return ExampleFields.example(
                options,
                source,
                record.line(),
                record.text(options.textColumn()),
                pairField == null ? null : record.text(pairField),
                labelField == null ? null : labels(record, labelField),
                groupField == null ? null : record.label(record.field(groupField), groupField));
    }

    private List<String> labels(JsonRecord record, String field) {
        JsonNode value = record.field(field);
        if (!value.isArray()) {
            return value.isTextual()
                    ? ExampleFields.labels(
                            options, source, record.line(), record.text(value, field))
                    : List.of(label(record, value, field));
        }
        List<String> labels = new ArrayList<>();
        for (JsonNode element : value) {
            labels.add(label(record, element, field));
        }
        return labels;
    }

    private String label(JsonRecord record, JsonNode value, String field) {
        return ExampleFields.label(options, source, record.line(), record.label(value, field));
    }
}
