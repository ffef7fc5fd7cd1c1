package xlmr.data;

import java.io.IOException;
import java.io.Reader;

/// Counts the characters of a record and stops at the limit, before they are collected somewhere.
/// The parser behind it reads ahead by a buffer, so the limit is a rough one.
final class RecordLimit extends Reader {

    private static final int READ_AHEAD_CHARS = 1 << 14;

    private final Reader reader;
    private final String source;
    private final int maxChars;
    private long chars;

    RecordLimit(Reader reader, String source, int maxChars) {
        this.reader = reader;
        this.source = source;
        this.maxChars = maxChars;
    }

    /// A new record begins about here.
    void restart() {
        chars = 0;
    }

    @Override
    public int read(char[] target, int offset, int length) throws IOException {
        int count = reader.read(target, offset, length);
        chars += Math.max(count, 0);
        if (chars > (long) maxChars + READ_AHEAD_CHARS) {
            throw DataException.in(
                    source, "a record is longer than %d characters".formatted(maxChars));
        }
        return count;
    }

    @Override
    public void close() throws IOException {
        reader.close();
    }
}
