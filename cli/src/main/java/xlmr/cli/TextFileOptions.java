package xlmr.cli;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import xlmr.data.Example;
import xlmr.data.ExampleOptions;
import xlmr.data.ExampleReader;
import xlmr.data.RecordCursor;

/// How files of single texts are read: each example is one text.
final class TextFileOptions {
    @Option(
            names = "--input-format",
            paramLabel = "FORMAT",
            description =
                    "csv, tsv, jsonl or lines. Default: by the ending of the file's name; lines"
                            + " where it has no such ending.")
    private TextInput.Format format = TextInput.Format.AUTO;

    @Option(
            names = "--text-column",
            paramLabel = "NAME",
            description = "Column or JSON field of the text. Default: text.")
    private @Nullable String textColumn;

    @Option(
            names = "--no-header",
            description = "The first line of a CSV or TSV file is data; columns are 1, 2, ...")
    private boolean noHeader;

    /// Opens a file, or standard input for `-`.
    TextInput.Texts open(Streams streams, Path file) {
        String column = textColumn == null ? noHeader ? "1" : "text" : textColumn;
        ExampleReader reader =
                new ExampleReader(
                        ExampleOptions.unlabelled(column)
                                .withFormat(format.example())
                                .withHeader(!noHeader));
        RecordCursor<Example> cursor =
                file.equals(ExampleReader.STANDARD_INPUT)
                        ? reader.open(streams.in(), "standard input")
                        : reader.open(file);
        return new TextInput.Texts(cursor, cursor::close);
    }
}
