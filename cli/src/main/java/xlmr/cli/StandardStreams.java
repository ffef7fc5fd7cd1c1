package xlmr.cli;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.lang.reflect.Constructor;
import java.lang.reflect.InaccessibleObjectException;
import java.nio.charset.StandardCharsets;

/// The process's own streams, in UTF-8 whatever the locale says.
final class StandardStreams {
    /// Set by the launcher: the descriptor that is the real standard error; see the comment there.
    private static final String REAL_STANDARD_ERROR = "xlmr.stderr";

    private static final int NARROWEST_TERMINAL = 20;

    private StandardStreams() {}

    static Streams open() {
        boolean outIsTerminal = System.console() != null && System.console().isTerminal();
        PrintStream out =
                new PrintStream(
                        new BufferedOutputStream(
                                new WatchedOutput(new FileOutputStream(FileDescriptor.out)),
                                1 << 16),
                        outIsTerminal,
                        StandardCharsets.UTF_8);
        PrintStream err =
                new PrintStream(
                        new FileOutputStream(standardError()), true, StandardCharsets.UTF_8);
        System.setErr(err);
        return new Streams(
                new FileInputStream(FileDescriptor.in),
                out,
                err,
                outIsTerminal,
                errWidth(),
                outIsTerminal && System.getenv("NO_COLOR") == null);
    }

    /// The descriptor itself, not a second opening of its file: a second opening has a position of
    /// its own, and the output of two commands in one log would overwrite each other.
    private static FileDescriptor standardError() {
        Integer descriptor = Integer.getInteger(REAL_STANDARD_ERROR);
        if (descriptor == null) {
            return FileDescriptor.err;
        }
        try {
            Constructor<FileDescriptor> constructor =
                    FileDescriptor.class.getDeclaredConstructor(int.class);
            constructor.setAccessible(true); // the launcher opens java.io for this
            return constructor.newInstance(descriptor);
        } catch (ReflectiveOperationException | InaccessibleObjectException closed) {
            return FileDescriptor
                    .err; // through the launcher's filter, which only costs the progress bar
        }
    }

    private static int errWidth() {
        int width = Integer.getInteger("xlmr.terminal.width", 0);
        return width == 0 ? 0 : Math.max(NARROWEST_TERMINAL, width);
    }

    /// A [PrintStream] swallows every [IOException]; this one lets a closed output be heard.
    private static final class WatchedOutput extends OutputStream {
        private final OutputStream output;

        WatchedOutput(OutputStream output) {
            this.output = output;
        }

        @Override
        public void write(int b) {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) {
            try {
                output.write(bytes, offset, length);
            } catch (IOException closed) {
                throw new OutputClosedException(closed);
            }
        }
    }
}
