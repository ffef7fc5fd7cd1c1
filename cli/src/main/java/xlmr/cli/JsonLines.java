package xlmr.cli;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import xlmr.checkpoint.AtomicFile;

/// JSON objects, one a line, to standard output or to a file that appears when all is done.
final class JsonLines {
    private JsonLines() {}

    /// Takes one object.
    interface Sink {
        /// Writes it.
        void accept(Object object) throws IOException;
    }

    /// Gives objects to a sink until there are no more.
    interface Source {
        /// Writes all.
        void writeTo(Sink sink) throws IOException;
    }

    /// Writes what a source gives.
    ///
    /// @param file null for standard output
    /// @param what the lines are, in the line that says how many a file holds
    static void write(Streams streams, @Nullable Path file, String what, Source source) {
        if (file == null) {
            try {
                source.writeTo(object -> Json.printLine(streams.out(), object));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return;
        }
        AtomicLong lines = new AtomicLong();
        AtomicFile.write(
                file,
                channel -> {
                    OutputStream bytes =
                            new BufferedOutputStream(Channels.newOutputStream(channel), 1 << 16);
                    source.writeTo(
                            object -> {
                                bytes.write(
                                        (Json.line(object) + "\n")
                                                .getBytes(StandardCharsets.UTF_8));
                                lines.incrementAndGet();
                            });
                    bytes.flush();
                });
        streams.out().printf("%d %s in %s%n", lines.get(), what, file);
    }
}
