package xlmr.data;

import de.siegmar.fastcsv.reader.CloseableIterator;
import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import de.siegmar.fastcsv.reader.CsvRecordHandler;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/// Comma-separated fields with quoting as in RFC 4180: a quoted field may hold commas, line ends
/// and doubled quotes.
final class CsvRows implements TableRows {

    private static final int MAX_FIELDS = 16 * 1024;

    private final CloseableIterator<CsvRecord> records;
    private final String source;
    private final int maxRecordChars;
    private long lastLine;

    CsvRows(Reader reader, String source, int maxRecordChars) {
        this.source = source;
        this.maxRecordChars = maxRecordChars;
        records =
                CsvReader.builder()
                        .allowExtraFields(true) // counted by the caller, who can say it better
                        .allowMissingFields(true)
                        .allowExtraCharsAfterClosingQuote(false)
                        .skipEmptyLines(true)
                        .maxBufferSize(maxRecordChars)
                        .build(
                                CsvRecordHandler.builder()
                                        .maxFields(MAX_FIELDS)
                                        .maxFieldSize(maxRecordChars)
                                        .maxRecordSize(maxRecordChars)
                                        .build(),
                                reader)
                        .iterator();
    }

    @Override
    public @Nullable Row next() throws IOException {
        try {
            if (!records.hasNext()) {
                return null;
            }
            CsvRecord row = records.next();
            lastLine = row.getStartingLineNumber();
            return new Row(lastLine, row.getFields());
        } catch (CsvParseException e) {
            throw explained(e);
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    /// The parser wraps what its reader throws: the innermost of ours says it best.
    private DataException explained(CsvParseException e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof DataException data) {
                return data;
            }
        }
        return new DataException(
                ("%s, after line %d: not readable as CSV, or a record is longer than %d characters"
                                + " (is a quote not closed?): %s")
                        .formatted(source, lastLine, maxRecordChars, deepestMessage(e)),
                e);
    }

    private static String deepestMessage(Throwable e) {
        Throwable deepest = e;
        while (deepest.getCause() != null) {
            deepest = deepest.getCause();
        }
        return String.valueOf(deepest.getMessage());
    }
}
