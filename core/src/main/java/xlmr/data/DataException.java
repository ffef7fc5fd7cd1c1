package xlmr.data;

/// Data that cannot be used as it is. The message is one line for a person: the file, the line
/// where there is one, what was expected, what was found.
public final class DataException extends RuntimeException {

    public DataException(String message) {
        super(OneLine.of(message));
    }

    public DataException(String message, Throwable cause) {
        super(OneLine.of(message), cause);
    }

    /// Something wrong with a whole file.
    static DataException in(String source, String problem) {
        return new DataException("%s: %s".formatted(source, problem));
    }

    /// Something wrong at a line, counted from 1.
    static DataException at(String source, long line, String problem) {
        return new DataException("%s, line %d: %s".formatted(source, line, problem));
    }
}
