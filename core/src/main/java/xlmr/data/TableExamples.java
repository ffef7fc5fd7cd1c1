package xlmr.data;

import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Examples from rows of fields: finds the columns by the header, or by number without one, and
/// holds every row to the same number of fields.
final class TableExamples {

    private final TableRows rows;
    private final String source;
    private final ExampleOptions options;
    private @Nullable Columns columns;

    /// Where things are, from 0; -1 for what is not wanted.
    private record Columns(int count, int text, int textPair, int label, int group) {}

    TableExamples(TableRows rows, String source, ExampleOptions options) {
        this.rows = rows;
        this.source = source;
        this.options = options;
    }

    @Nullable Example next() throws IOException {
        TableRows.Row row = rows.next();
        Columns known = columns;
        if (known == null) {
            if (row == null) {
                return null;
            }
            known = options.header() ? byName(row) : byNumber(row);
            columns = known;
            if (options.header()) {
                row = rows.next();
                if (row == null) {
                    throw DataException.in(source, "holds a header and no example");
                }
            }
        }
        return row == null ? null : example(row, known);
    }

    private Example example(TableRows.Row row, Columns known) {
        List<String> fields = row.fields();
        if (fields.size() != known.count()) {
            boolean manyLines = fields.stream().anyMatch(field -> field.indexOf('\n') >= 0);
            throw DataException.at(
                    source,
                    row.line(),
                    "expected %d fields as in %s, found %d%s"
                            .formatted(
                                    known.count(),
                                    options.header() ? "the header" : "the first line",
                                    fields.size(),
                                    manyLines
                                            ? "; a field spans lines: is a quote not closed?"
                                            : ""));
        }
        return ExampleFields.example(
                options,
                source,
                row.line(),
                fields.get(known.text()),
                known.textPair() < 0 ? null : fields.get(known.textPair()),
                known.label() < 0
                        ? null
                        : ExampleFields.labels(
                                options, source, row.line(), fields.get(known.label())),
                known.group() < 0 ? null : fields.get(known.group()));
    }

    private Columns byName(TableRows.Row header) {
        return new Columns(
                header.fields().size(),
                named("text", options.textColumn(), header),
                named("second text", options.textPairColumn(), header),
                named("label", options.labelColumn(), header),
                named("group", options.groupColumn(), header));
    }

    private int named(String role, @Nullable String column, TableRows.Row header) {
        if (column == null) {
            return -1;
        }
        List<String> names = header.fields();
        int found = names.indexOf(column);
        if (found < 0) {
            throw DataException.at(
                    source,
                    header.line(),
                    "no %s column '%s'; the columns are %s%s"
                            .formatted(
                                    role,
                                    column,
                                    NearestName.list(names),
                                    NearestName.hint(column, names)));
        }
        if (names.lastIndexOf(column) != found) {
            throw DataException.at(
                    source, header.line(), "several columns are named '%s'".formatted(column));
        }
        return found;
    }

    private Columns byNumber(TableRows.Row first) {
        return new Columns(
                first.fields().size(),
                numbered("text", options.textColumn(), first),
                numbered("second text", options.textPairColumn(), first),
                numbered("label", options.labelColumn(), first),
                numbered("group", options.groupColumn(), first));
    }

    private int numbered(String role, @Nullable String column, TableRows.Row first) {
        if (column == null) {
            return -1;
        }
        int count = first.fields().size();
        if (column.matches("[0-9]{1,6}")) {
            int number = Integer.parseInt(column);
            if (number >= 1 && number <= count) {
                return number - 1;
            }
        }
        throw DataException.at(
                source,
                first.line(),
                "without a header the %s column is a number from 1 to %d, found '%s'"
                        .formatted(role, count, column));
    }
}
