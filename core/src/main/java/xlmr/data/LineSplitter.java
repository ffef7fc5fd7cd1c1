package xlmr.data;

import java.io.IOException;
import java.io.Reader;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Lines that end in `\n` or `\r\n`, counted, and never longer than a limit. Other line separators
/// (a lone `\r`, U+2028) may stand inside a text.
final class LineSplitter {

    private final Reader reader;
    private final String source;
    private final int maxChars;
    private final char[] buffer = new char[1 << 14];
    private int position;
    private int limit;
    private long line;
    private final List<String> ahead = new ArrayList<>();

    LineSplitter(Reader reader, String source, int maxChars) {
        this.reader = reader;
        this.source = source;
        this.maxChars = maxChars;
    }

    /// The number of the line last returned, from 1.
    long line() {
        return line;
    }

    /// The next line without its end, or null after the last.
    @Nullable String next() throws IOException {
        String next = ahead.isEmpty() ? read() : ahead.removeFirst();
        line += next == null ? 0 : 1;
        return next;
    }

    /// A line that [#next] will return later, or null after the last.
    ///
    /// @param distance 0 for the next, 1 for the one after it
    @Nullable String peek(int distance) throws IOException {
        while (ahead.size() <= distance) {
            String next = read();
            if (next == null) {
                return null;
            }
            ahead.add(next);
        }
        return ahead.get(distance);
    }

    private @Nullable String read() throws IOException {
        StringBuilder text = null;
        while (true) {
            if (position == limit && !fill()) {
                if (text == null) {
                    return null;
                }
                return withoutCarriageReturn(text);
            }
            int start = position;
            while (position < limit && buffer[position] != '\n') {
                position++;
            }
            text = text == null ? new StringBuilder(position - start) : text;
            text.append(buffer, start, position - start);
            if (text.length() > maxChars) {
                throw DataException.at(
                        source,
                        line + ahead.size() + 1,
                        "the line is longer than %d characters".formatted(maxChars));
            }
            if (position < limit) {
                position++;
                return withoutCarriageReturn(text);
            }
        }
    }

    private boolean fill() throws IOException {
        position = 0;
        limit = Math.max(0, reader.read(buffer, 0, buffer.length));
        return limit > 0;
    }

    private static String withoutCarriageReturn(StringBuilder text) {
        int length = text.length();
        boolean ends = length > 0 && text.charAt(length - 1) == '\r';
        return text.substring(0, ends ? length - 1 : length);
    }
}
