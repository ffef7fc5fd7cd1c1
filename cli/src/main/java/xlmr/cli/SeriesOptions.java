package xlmr.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// Whether to train several times, and what for.
final class SeriesOptions {
    @Option(
            names = "--seeds",
            paramLabel = "N",
            description =
                    "Train N times, with the seeds from --seed on, and say how far the scores"
                            + " differ. The model that is best on --validation is kept; without"
                            + " --validation the first.")
    private @Nullable Integer seeds;

    @Option(
            names = "--folds",
            paramLabel = "K",
            description =
                    "Cross-validation: deal the texts into K parts, each with its share of every"
                            + " label; train K times on the others and judge on the part held out;"
                            + " at last train on all of them, and keep that model.")
    private @Nullable Integer folds;

    @Option(
            names = "--test",
            paramLabel = "FILE",
            description =
                    "With --seeds: labelled file to judge each run's model on. May be given several"
                            + " times.")
    private List<Path> tests = List.of();

    @Option(
            names = "--keep-runs",
            description =
                    "With --seeds: keep the model of every run, in folders seed-0, seed-1, ... of"
                            + " --output.")
    private boolean keepRuns;

    /// Refuses what does not go together.
    void check(@Nullable Path validation) {
        if (seeds != null && folds != null) {
            throw new CommandException("--seeds and --folds: expected one of them");
        }
        if (seeds != null && seeds < 2) {
            throw new CommandException("--seeds: expected at least 2, found " + seeds);
        }
        if (folds != null && folds < 2) {
            throw new CommandException("--folds: expected at least 2, found " + folds);
        }
        if (seeds == null && (keepRuns || !tests.isEmpty())) {
            throw new CommandException(
                    (keepRuns ? "--keep-runs" : "--test")
                            + ": only with --seeds; one model is judged by xlmr evaluate");
        }
        if (folds != null && validation != null) {
            throw new CommandException(
                    "--folds and --validation: expected one of them; each fold is the validation in"
                            + " its turn");
        }
        if (seeds != null && validation == null && tests.isEmpty()) {
            throw new CommandException(
                    "--seeds: expected --validation or --test, to judge the runs by");
        }
    }

    /// Whether more than one run was asked for.
    boolean isSeries() {
        return seeds != null || folds != null;
    }

    /// How many folds; empty for seeds.
    OptionalInt folds() {
        return folds == null ? OptionalInt.empty() : OptionalInt.of(folds);
    }

    /// How many seeds; 0 for folds.
    int seeds() {
        return seeds == null ? 0 : seeds;
    }

    List<Path> tests() {
        return tests;
    }

    boolean keepRuns() {
        return keepRuns;
    }
}
