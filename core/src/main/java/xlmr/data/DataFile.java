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
        return file.equals(STANDARD_INPUT)
                ? reader.apply(new StandardInput(), "standard input")
                : reader.apply(stream(file), file.toString());
    }

    /// The bytes of a file.
    ///
    /// @throws DataException if it cannot be opened
    static InputStream stream(Path file) {
        if (Files.isDirectory(file)) {
            throw DataException.in(file.toString(), "is a directory, expected a file");
        }
        try {
            return Files.newInputStream(file);
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
