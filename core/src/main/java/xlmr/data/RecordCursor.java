package xlmr.data;

import java.io.Closeable;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/// Records as they are read, one at a time, so that a file of any size can pass through. Close it
/// when done. A file without any record is refused at the first [#hasNext].
///
/// Both methods throw [DataException] at the first line that cannot be used, and
/// [UncheckedIOException] if reading fails.
///
/// @param <T> what the records are: [Example], [TaggedSentence], [Question] or [ChoiceQuestion]
public final class RecordCursor<T extends DataRecord> implements Iterator<T>, Closeable {

    /// Where the records come from: null after the last.
    @FunctionalInterface
    interface Source<T extends DataRecord> {
        @Nullable T next() throws IOException;
    }

    private final Reader reader;
    private final Source<T> source;
    private final String name;
    private final String noun;
    private @Nullable T ahead;
    private boolean any;
    private boolean ended;

    /// @param name what messages call the file
    /// @param noun what messages call a record, in the singular
    RecordCursor(Reader reader, Source<T> source, String name, String noun) {
        this.reader = reader;
        this.source = source;
        this.name = name;
        this.noun = noun;
    }

    @Override
    public boolean hasNext() {
        if (ahead == null && !ended) {
            try {
                ahead = source.next();
            } catch (IOException e) {
                throw new UncheckedIOException("%s: cannot be read".formatted(name), e);
            }
            ended = ahead == null;
            if (ended && !any) {
                throw DataException.in(name, "holds no " + noun);
            }
            any = true;
        }
        return ahead != null;
    }

    @Override
    public T next() {
        if (!hasNext() || ahead == null) {
            throw new NoSuchElementException("no more records in " + name);
        }
        T record = ahead;
        ahead = null;
        return record;
    }

    /// Reads all that is left into memory.
    ///
    /// @param most a file with more records is refused
    List<T> drain(int most) {
        List<T> records = new ArrayList<>();
        while (hasNext()) {
            T record = next();
            if (records.size() == most) {
                throw record.problem(
                        "more than %d %ss, too many to hold at once".formatted(most, noun));
            }
            records.add(record);
        }
        return records;
    }

    @Override
    public void close() {
        try {
            reader.close();
        } catch (IOException e) {
            throw new UncheckedIOException("%s: cannot be closed".formatted(name), e);
        }
    }
}
