package xlmr.train;

import java.nio.file.Path;

/// Where and how often the state of a run is saved, so that it can go on after it was stopped, by
/// whatever: a power cut, `kill -9`, a full disk.
///
/// A state is a folder `checkpoint-STEP` in the directory. It is written beside its place and
/// renamed, and takes the place of the one before: there is always a whole one. It holds what
/// changes in training and no model that could be loaded; the best model so far is where the run
/// puts its models.
///
/// @param directory that gets the folders
/// @param everySteps updates after which the state is saved within an epoch; 0 for at the end of
///   each epoch only
/// @param resume whether to go on from the last state, if there is one
public record RunSaving(Path directory, long everySteps, boolean resume) {
    /// Checks the number.
    public RunSaving {
        Checks.that(everySteps >= 0, "steps until the state is saved", "at least 0", everySteps);
    }

    /// Saves at the end of each epoch, and begins anew.
    public static RunSaving everyEpoch(Path directory) {
        return new RunSaving(directory, 0, false);
    }

    /// Saves every so many steps, too.
    public RunSaving withEverySteps(long value) {
        return new RunSaving(directory, value, resume);
    }

    /// Goes on from the last state; begins anew where there is none.
    public RunSaving resuming() {
        return new RunSaving(directory, everySteps, true);
    }
}
