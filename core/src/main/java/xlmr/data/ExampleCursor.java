package xlmr.data;

import java.io.Closeable;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/// Examples as they are read, one at a time, so that a file of any size can pass through. Close it
/// when done. A file without any example is refused at the first [#hasNext].
///
/// Both methods throw [DataException] at the first line that cannot be used, and
/// [UncheckedIOException] if reading fails.
public final class ExampleCursor implements Iterator<Example>, Closeable {

    /// Where the examples come from: null after the last.
    @FunctionalInterface
    interface Source {
        @Nullable Example next() throws IOException;
    }

    private final Reader reader;
    private final Source source;
    private final String name;
    private @Nullable Example ahead;
    private boolean any;
    private boolean ended;

    ExampleCursor(Reader reader, Source source, String name) {
        this.reader = reader;
        this.source = source;
        this.name = name;
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
                throw DataException.in(name, "holds no example");
            }
            any = true;
        }
        return ahead != null;
    }

    @Override
    public Example next() {
        if (!hasNext() || ahead == null) {
            throw new NoSuchElementException("no more examples in " + name);
        }
        Example example = ahead;
        ahead = null;
        return example;
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
