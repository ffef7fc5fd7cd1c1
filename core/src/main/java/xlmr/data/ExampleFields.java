package xlmr.data;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Makes an example of the fields of one record: the checks that all formats share.
final class ExampleFields {

    private ExampleFields() {}

    /// @param labels null if the options name no label column
    /// @param group null if the options name no column of groups
    static Example example(
            ExampleOptions options,
            String source,
            long line,
            String text,
            @Nullable String textPair,
            @Nullable List<String> labels,
            @Nullable String group) {
        if (!options.blankTextAllowed() && text.isBlank()) {
            throw DataException.at(
                    source,
                    line,
                    "the text (column '%s') is blank; remove the line or give it a text"
                            .formatted(options.textColumn()));
        }
        return new Example(
                text,
                textPair,
                labels == null ? List.of() : labels,
                source,
                line,
                group == null ? null : group.strip());
    }

    /// The labels in one field: several if the options give a delimiter, else exactly one.
    static List<String> labels(ExampleOptions options, String source, long line, String field) {
        String delimiter = options.labelDelimiter();
        if (delimiter == null) {
            return List.of(label(options, source, line, field));
        }
        List<String> labels = new ArrayList<>();
        int start = 0;
        while (!field.isBlank() && start <= field.length()) {
            int end = field.indexOf(delimiter, start);
            end = end < 0 ? field.length() : end;
            labels.add(label(options, source, line, field.substring(start, end)));
            start = end + delimiter.length();
        }
        return labels;
    }

    /// A label without the white space around it, which is never meant.
    static String label(ExampleOptions options, String source, long line, String field) {
        String label = field.strip();
        if (label.isEmpty()) {
            throw DataException.at(
                    source,
                    line,
                    "the label (column '%s') is empty".formatted(options.labelColumn()));
        }
        return label;
    }
}
