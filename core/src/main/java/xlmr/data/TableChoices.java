package xlmr.data;

import java.io.IOException;
import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/// Questions from rows of fields under a header.
final class TableChoices {

    private final TableRows rows;
    private final String source;
    private final boolean labelled;
    private final @Nullable String groupField;
    private @Nullable List<String> header;
    private @Nullable ChoiceFields fields;

    TableChoices(TableRows rows, String source, boolean labelled, @Nullable String groupField) {
        this.rows = rows;
        this.source = source;
        this.labelled = labelled;
        this.groupField = groupField;
    }

    @Nullable ChoiceQuestion next() throws IOException {
        List<String> names = header;
        ChoiceFields known = fields;
        if (names == null || known == null) {
            TableRows.Row first = rows.next();
            if (first == null) {
                return null;
            }
            names = first.fields();
            known = ChoiceFields.among(names, false);
            if (known == null) {
                throw DataException.at(source, first.line(), ChoiceFields.expected(names));
            }
            if (groupField != null && !names.contains(groupField)) {
                throw DataException.at(
                        source,
                        first.line(),
                        "no group column '%s'; the columns are %s%s"
                                .formatted(
                                        groupField,
                                        NearestName.list(names),
                                        NearestName.hint(groupField, names)));
            }
            header = names;
            fields = known;
        }
        TableRows.Row row = rows.next();
        return row == null ? null : question(row, names, known);
    }

    private ChoiceQuestion question(TableRows.Row row, List<String> names, ChoiceFields known) {
        List<String> values = row.fields();
        if (values.size() != names.size()) {
            throw DataException.at(
                    source,
                    row.line(),
                    "expected %d fields as in the header, found %d"
                            .formatted(names.size(), values.size()));
        }
        List<String> choices =
                known.choices().stream().map(name -> values.get(names.indexOf(name))).toList();
        String question = known.question();
        String label = known.label();
        return ChoiceFields.question(
                values.get(names.indexOf(known.context())),
                question == null ? "" : values.get(names.indexOf(question)),
                choices,
                labelled && label != null
                        ? ChoiceFields.label(
                                values.get(names.indexOf(label)), choices, source, row.line())
                        : OptionalInt.empty(),
                labelled,
                source,
                row.line(),
                groupField == null ? null : values.get(names.indexOf(groupField)).strip());
    }
}
