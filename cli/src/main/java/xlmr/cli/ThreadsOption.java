package xlmr.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// `--threads`, the same for every command that computes.
final class ThreadsOption {
    @Option(
            names = "--threads",
            paramLabel = "N",
            description =
                    "Threads that compute. The results do not depend on it. Default: all cores.")
    private @Nullable Integer threads;

    /// At least 1.
    int count() {
        if (threads == null) {
            return Runtime.getRuntime().availableProcessors();
        }
        if (threads < 1) {
            throw new CommandException("--threads: expected at least 1, found " + threads);
        }
        return threads;
    }
}
