package xlmr.data;

import java.io.IOException;
import java.io.Reader;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Tab-separated fields without quoting.
final class TabRows implements TableRows {

    private final LineSplitter lines;

    TabRows(Reader reader, String source, int maxRecordChars) {
        lines = new LineSplitter(reader, source, maxRecordChars);
    }

    @Override
    public @Nullable Row next() throws IOException {
        String line = lines.next();
        while (line != null && line.isEmpty()) {
            line = lines.next();
        }
        return line == null ? null : new Row(lines.line(), List.of(line.split("\t", -1)));
    }
}
