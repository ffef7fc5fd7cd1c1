package xlmr.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import xlmr.data.Example;
import xlmr.data.ExampleFormat;
import xlmr.data.ExampleOptions;
import xlmr.data.ExampleReader;
import xlmr.data.RecordCursor;

/// Where unlabelled texts come from: arguments, a file, or standard input.
final class TextInput {
    /// The formats by the names that users type.
    enum Format {
        AUTO,
        CSV,
        TSV,
        JSONL,
        LINES;

        /// The reader's format; null to go by the file's name.
        @Nullable ExampleFormat example() {
            return switch (this) {
                case AUTO -> null;
                case CSV -> ExampleFormat.CSV;
                case TSV -> ExampleFormat.TSV;
                case JSONL -> ExampleFormat.JSON_LINES;
                case LINES -> ExampleFormat.LINES;
            };
        }
    }

    @Parameters(
            arity = "0..*",
            paramLabel = "TEXT",
            description =
                    "Texts. Without any, and without --input, they are read from standard input,"
                            + " one a line.")
    private List<String> texts = List.of();

    @Option(
            names = "--input",
            paramLabel = "FILE",
            description = "File with the texts, UTF-8; - is standard input.")
    private @Nullable Path input;

    @Option(
            names = "--input-format",
            paramLabel = "FORMAT",
            description =
                    "csv, tsv, jsonl or lines. Default: by the ending of the file's name; lines"
                            + " where it has no such ending.")
    private Format format = Format.AUTO;

    @Option(
            names = "--text-column",
            paramLabel = "NAME",
            description = "Column or JSON field of the text. Default: text.")
    private @Nullable String textColumn;

    @Option(
            names = "--text-pair-column",
            paramLabel = "NAME",
            description = "Column or JSON field of a second text, where the model takes pairs.")
    private @Nullable String textPairColumn;

    @Option(
            names = "--pair",
            paramLabel = "TEXT",
            description = "The second text of a pair whose first is given as an argument.")
    private @Nullable String pair;

    @Option(
            names = "--no-header",
            description = "The first line of a CSV or TSV file is data; columns are 1, 2, ...")
    private boolean noHeader;

    /// Whether texts come from standard input.
    boolean isStandardInput() {
        return texts.isEmpty() && (input == null || input.equals(ExampleReader.STANDARD_INPUT));
    }

    /// The file that was named, `-` for standard input; null for none.
    @Nullable Path file() {
        return input;
    }

    /// Whether texts come from a named file.
    boolean fromFile() {
        return input != null;
    }

    /// The texts that stand on the command line.
    List<String> arguments() {
        return List.copyOf(texts);
    }

    /// The second text of a pair that stands on the command line, or null.
    @Nullable String pair() {
        return pair;
    }

    /// The format that was named, or null.
    @Nullable ExampleFormat format() {
        return format.example();
    }

    /// Opens the texts, one at a time.
    ///
    /// @param linesUnlessColumn whether a file is read line by line whatever its name says, unless
    ///   a column or a format is named
    Texts open(Streams streams, boolean linesUnlessColumn) {
        if (!texts.isEmpty()) {
            if (input != null) {
                throw new CommandException(
                        "give texts as arguments or a file with --input, not both");
            }
            List<Example> examples = new ArrayList<>();
            for (String text : texts) {
                examples.add(new Example(text, pair, List.of(), "argument", examples.size() + 1));
            }
            return new Texts(examples.iterator(), () -> {});
        }
        if (pair != null) {
            throw new CommandException(
                    "--pair needs the first text as an argument; for files there is"
                            + " --text-pair-column");
        }
        ExampleReader reader = new ExampleReader(options(linesUnlessColumn));
        Path file = input;
        RecordCursor<Example> cursor =
                isStandardInput() || file == null
                        ? reader.open(streams.in(), "standard input")
                        : reader.open(file);
        return new Texts(cursor, cursor::close);
    }

    private ExampleOptions options(boolean linesUnlessColumn) {
        boolean columnNamed = textColumn != null || textPairColumn != null;
        boolean lines = format == Format.AUTO && linesUnlessColumn && !columnNamed;
        return ExampleOptions.unlabelled(textColumn == null ? noHeader ? "1" : "text" : textColumn)
                .withTextPairColumn(textPairColumn)
                .withFormat(lines ? ExampleFormat.LINES : format.example())
                .withHeader(!noHeader);
    }

    /// Examples as they are read; to be closed.
    static final class Texts implements AutoCloseable {
        private final Iterator<Example> examples;
        private final Runnable close;

        Texts(Iterator<Example> examples, Runnable close) {
            this.examples = examples;
            this.close = close;
        }

        /// All that are still to come, one at a time.
        Iterator<Example> remaining() {
            return examples;
        }

        /// Up to `limit` more examples; none after the last.
        List<Example> next(int limit) {
            List<Example> chunk = new ArrayList<>();
            while (chunk.size() < limit && examples.hasNext()) {
                chunk.add(examples.next());
            }
            return chunk;
        }

        @Override
        public void close() {
            close.run();
        }
    }
}
