package xlmr.data;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/// One JSON object a line; empty lines are skipped.
final class JsonLineChoices {

    private static final String EXAMPLE =
            "{\"context\": \"...\", \"choices\": [\"...\", \"...\"], \"label\": 0}";

    private final LineSplitter lines;
    private final String source;
    private final boolean labelled;
    private final @Nullable String groupField;

    JsonLineChoices(
            LineSplitter lines, String source, boolean labelled, @Nullable String groupField) {
        this.lines = lines;
        this.source = source;
        this.labelled = labelled;
        this.groupField = groupField;
    }

    @Nullable ChoiceQuestion next() throws IOException {
        JsonRecord record = JsonRecord.next(lines, source, EXAMPLE);
        if (record == null) {
            return null;
        }
        ChoiceFields fields = ChoiceFields.among(record.names(), true);
        if (fields == null) {
            throw record.problem(ChoiceFields.expected(record.names()));
        }
        List<String> choices = new ArrayList<>();
        for (String name : fields.choices()) {
            if (record.field(name).isArray()) {
                choices.addAll(record.texts(name));
            } else {
                choices.add(record.text(name));
            }
        }
        String question = fields.question();
        return ChoiceFields.question(
                record.text(fields.context()),
                question == null ? "" : record.text(question),
                choices,
                labelled ? label(record, fields, choices) : OptionalInt.empty(),
                labelled,
                source,
                record.line(),
                record.group(groupField));
    }

    private OptionalInt label(JsonRecord record, ChoiceFields fields, List<String> choices) {
        String name = fields.label();
        if (name == null || !record.has(name)) {
            return OptionalInt.empty();
        }
        JsonNode value = record.field(name);
        return ChoiceFields.label(record.label(value, name), choices, source, record.line());
    }
}
