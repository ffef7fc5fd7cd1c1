package xlmr.data;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
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
    public static final Path STANDARD_INPUT = Path.of("-");

    private final ExampleOptions options;

    public ExampleReader(ExampleOptions options) {
        this.options = options;
    }

    /// Opens a file, or standard input for `-`, to read one example at a time.
    public ExampleCursor open(Path file) {
        if (file.equals(STANDARD_INPUT)) {
            return open(new StandardInput(), "standard input");
        }
        if (Files.isDirectory(file)) {
            throw DataException.in(file.toString(), "is a directory, expected a file");
        }
        try {
            return open(Files.newInputStream(file), file.toString());
        } catch (NoSuchFileException e) {
            throw new DataException("%s: no such file".formatted(file), e);
        } catch (IOException e) {
            throw new DataException("%s: cannot be opened: %s".formatted(file, e.getMessage()), e);
        }
    }

    /// Reads from a stream, which the cursor closes.
    ///
    /// @param name what messages call it; its ending tells the format if the options do not
    public ExampleCursor open(InputStream in, String name) {
        var format = options.format();
        Utf8Reader reader = new Utf8Reader(in, name);
        int limit = options.maxRecordChars();
        ExampleCursor.Source source =
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
        return new ExampleCursor(reader, source, name);
    }

    /// Reads all examples of a file, or of standard input for `-`, into memory.
    ///
    /// @throws DataException also if there are more than [ExampleOptions#maxExamples]
    public List<Example> readAll(Path file) {
        try (ExampleCursor cursor = open(file)) {
            return drain(cursor);
        }
    }

    /// Reads all examples of a stream into memory and closes it.
    public List<Example> readAll(InputStream in, String name) {
        try (ExampleCursor cursor = open(in, name)) {
            return drain(cursor);
        }
    }

    private List<Example> drain(ExampleCursor cursor) {
        List<Example> examples = new ArrayList<>();
        while (cursor.hasNext()) {
            Example example = cursor.next();
            if (examples.size() == options.maxExamples()) {
                throw example.problem(
                        "more than %d examples, too many to hold at once"
                                .formatted(options.maxExamples()));
            }
            examples.add(example);
        }
        return examples;
    }

    /// Standard input belongs to the process: closing a cursor leaves it open.
    private static final class StandardInput extends FilterInputStream {
        StandardInput() {
            super(System.in);
        }

        @Override
        public void close() {}
    }
}
