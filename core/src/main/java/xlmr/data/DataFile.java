package xlmr.data;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.function.BiFunction;

/// A file of records, or standard input in its place.
final class DataFile {

    /// The path that stands for standard input.
    static final Path STANDARD_INPUT = Path.of("-");

    private DataFile() {}

    /// Opens `file` and hands its bytes and the name for messages to `reader`.
    static <T extends DataRecord> RecordCursor<T> open(
            Path file, BiFunction<InputStream, String, RecordCursor<T>> reader) {
        if (file.equals(STANDARD_INPUT)) {
            return reader.apply(new StandardInput(), "standard input");
        }
        if (Files.isDirectory(file)) {
            throw DataException.in(file.toString(), "is a directory, expected a file");
        }
        try {
            return reader.apply(Files.newInputStream(file), file.toString());
        } catch (NoSuchFileException e) {
            throw new DataException("%s: no such file".formatted(file), e);
        } catch (IOException e) {
            throw new DataException("%s: cannot be opened: %s".formatted(file, e.getMessage()), e);
        }
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
