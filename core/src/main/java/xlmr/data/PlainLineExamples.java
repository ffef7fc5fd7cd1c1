package xlmr.data;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// Every line is a text, empty ones too, so that answers can be laid beside the lines.
final class PlainLineExamples {

    private final LineSplitter lines;
    private final String source;
    private final ExampleOptions options;

    PlainLineExamples(LineSplitter lines, String source, ExampleOptions options) {
        if (options.labelColumn() != null) {
            throw DataException.in(
                    source,
                    "plain lines hold no labels; expected CSV, TSV or JSON Lines (.csv, .tsv,"
                            + " .jsonl)");
        }
        this.lines = lines;
        this.source = source;
        this.options = options;
    }

    @Nullable Example next() throws IOException {
        String line = lines.next();
        return line == null
                ? null
                : ExampleFields.example(options, source, lines.line(), line, null, null, null);
    }
}
