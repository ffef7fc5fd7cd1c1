package xlmr.cli;

import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// `--stride`, the same for all tasks that read long texts in windows.
final class WindowOption {
    @Option(
            names = "--stride",
            paramLabel = "N",
            description =
                    "Where a text is longer than the model and read in windows: tokens that a"
                            + " window repeats of the one before it.")
    private @Nullable Integer stride;

    /// The number given; empty for the task's own.
    OptionalInt stride() {
        Integer given = stride;
        if (given == null) {
            return OptionalInt.empty();
        }
        if (given < 0) {
            throw new CommandException("--stride: expected 0 or more, found " + given);
        }
        return OptionalInt.of(given);
    }
}
