package xlmr.endtoend;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import xlmr.cli.Streams;
import xlmr.cli.XlmrCommand;

/// One command, run in this process as in a pipe.
///
/// @param exitCode 0 done, 1 refused or failed, 2 wrong usage
/// @param out what it wrote on standard output
/// @param err what it wrote on standard error
record CommandRun(int exitCode, String out, String err) {
    /// Runs with an empty standard input.
    static CommandRun of(Object... arguments) {
        return withInput(new byte[0], arguments);
    }

    /// Runs with this standard input.
    static CommandRun withInput(byte[] input, Object... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Streams streams =
                new Streams(
                        new ByteArrayInputStream(input),
                        new PrintStream(out, false, StandardCharsets.UTF_8),
                        new PrintStream(err, true, StandardCharsets.UTF_8),
                        false,
                        0,
                        false);
        String[] words = new String[arguments.length];
        for (int i = 0; i < words.length; i++) {
            words[i] = arguments[i].toString();
        }
        int exitCode = XlmrCommand.run(streams, words);
        return new CommandRun(
                exitCode,
                out.toString(StandardCharsets.UTF_8),
                err.toString(StandardCharsets.UTF_8));
    }

    /// The lines of standard output.
    List<String> lines() {
        return out.lines().toList();
    }
}
