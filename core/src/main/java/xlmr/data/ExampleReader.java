package xlmr.data;

import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;

/// Reads examples from CSV, TSV, JSON Lines or plain lines, all in UTF-8.
///
/// ```java
/// List<Example> train = new ExampleReader(ExampleOptions.labelled("text", "category"))
///         .readAll(Path.of("train.tsv"));
/// ```
///
/// Whatever is wrong with the data is a [DataException] that names file, line and remedy.
public final class ExampleReader {

    /// The path that stands for standard input.
    public static final Path STANDARD_INPUT = DataFile.STANDARD_INPUT;

    private final ExampleOptions options;

    public ExampleReader(ExampleOptions options) {
        this.options = options;
    }

    /// Opens a file, or standard input for `-`, to read one example at a time.
    public RecordCursor<Example> open(Path file) {
        return DataFile.open(file, this::open);
    }

    /// Reads from a stream, which the cursor closes.
    ///
    /// @param name what messages call it; its ending tells the format if the options do not
    public RecordCursor<Example> open(InputStream in, String name) {
        var format = options.format();
        Utf8Reader reader = new Utf8Reader(in, name);
        int limit = options.maxRecordChars();
        RecordCursor.Source<Example> source =
                switch (format == null ? ExampleFormat.ofName(name) : format) {
                    case CSV ->
                            new TableExamples(new CsvRows(reader, name, limit), name, options)
                                    ::next;
                    case TSV ->
                            new TableExamples(new TabRows(reader, name, limit), name, options)
                                    ::next;
                    case JSON_LINES ->
                            new JsonLineExamples(
                                            new LineSplitter(reader, name, limit), name, options)
                                    ::next;
                    case LINES ->
                            new PlainLineExamples(
                                            new LineSplitter(reader, name, limit), name, options)
                                    ::next;
                };
        return new RecordCursor<>(reader, source, name, "example");
    }

    /// Reads all examples of a file, or of standard input for `-`, into memory.
    ///
    /// @throws DataException also if there are more than [ExampleOptions#maxExamples]
    public List<Example> readAll(Path file) {
        try (RecordCursor<Example> cursor = open(file)) {
            return cursor.drain(options.maxExamples());
        }
    }

    /// Reads all examples of a stream into memory and closes it.
    public List<Example> readAll(InputStream in, String name) {
        try (RecordCursor<Example> cursor = open(in, name)) {
            return cursor.drain(options.maxExamples());
        }
    }
}
