package xlmr.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;

/// What a command reads and writes. Commands touch neither [System#in] nor [System#out], so that
/// tests run them in-process.
///
/// @param in standard input, bytes
/// @param out standard output, UTF-8: results and nothing else
/// @param err standard error, UTF-8: errors, warnings, progress
/// @param outIsTerminal whether a person reads `out`
/// @param errWidth columns of the terminal behind `err`; 0 where there is none, and then no
///   progress is shown
/// @param colored whether a terminal's `out` may carry colors (the environment variable NO_COLOR is
///   not set)
public record Streams(
        InputStream in,
        PrintStream out,
        PrintStream err,
        boolean outIsTerminal,
        int errWidth,
        boolean colored) {
    /// Whether a person watches `err`.
    public boolean errIsTerminal() {
        return errWidth > 0;
    }

    /// The same without anybody to hear what is said beside the results.
    Streams silenced() {
        PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream(), false, UTF_8);
        return new Streams(in, out, nowhere, outIsTerminal, 0, colored);
    }

    /// Prints one line on `err` that is not an error.
    public void warn(String message) {
        out.flush();
        err.println("xlmr: " + Printable.line(message));
        err.flush();
    }
}
