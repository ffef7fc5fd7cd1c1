package xlmr.cli;

import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import xlmr.train.RunFolders;
import xlmr.train.RunSaving;

/// Whether and how the state of a training run is saved.
final class SavingOptions {
    @Option(
            names = "--resume",
            description =
                    "Go on with the run in --output that was stopped, from its last checkpoint, to"
                            + " the same bits; begin where there is none. Everything else has to be"
                            + " as it was given first.")
    private boolean resume;

    @Option(
            names = "--save-steps",
            paramLabel = "N",
            description =
                    "Save a checkpoint in --output every N steps, and after each epoch; the last"
                            + " one is kept. Default: 0, after each epoch alone.")
    private long saveSteps;

    @Option(
            names = "--no-checkpoints",
            description = "Save none: less to write, and a run that was stopped begins anew.")
    private boolean none;

    /// Checks the options.
    ///
    /// @param series whether several runs are made, one after the other, which are not saved
    void check(boolean series) {
        if (none && (resume || saveSteps != 0)) {
            throw new CommandException(
                    "--no-checkpoints and --resume or --save-steps: expected one of them");
        }
        if (series && (resume || saveSteps != 0)) {
            throw new CommandException(
                    "--resume and --save-steps: for one run, not for the several of --seeds and"
                            + " --folds");
        }
        if (saveSteps < 0) {
            throw new CommandException(
                    "--save-steps: expected at least 0, found %d".formatted(saveSteps));
        }
    }

    /// Where the state goes; null for nowhere.
    @Nullable RunSaving saving(Path output) {
        if (none) {
            return null;
        }
        RunSaving saving = RunSaving.everyEpoch(output).withEverySteps(saveSteps);
        return resume ? saving.resuming() : saving;
    }

    /// Whether the output directory holds a run that goes on now, or one that was killed before it
    /// had a state to go on from. One that somebody may want to go on with is not overwritten by a
    /// new one.
    boolean goesOn(Path output, boolean overwrite) {
        RunFolders folders = new RunFolders(output);
        Optional<Path> last = folders.last();
        if (!resume && !overwrite && folders.holdsUnfinished()) {
            throw new CommandException(
                    ("--output %s holds a run that was stopped (%s); go on with it by --resume, or"
                                    + " begin anew with --overwrite")
                            .formatted(output, last.orElseThrow().getFileName()));
        }
        return (resume && last.isPresent()) || folders.holdsOnlyLeftovers();
    }
}
