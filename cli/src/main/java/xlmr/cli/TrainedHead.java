package xlmr.cli;

import xlmr.checkpoint.LoadReport;
import xlmr.model.Task;

/// A head that was never trained would answer at random, so commands that answer refuse it.
final class TrainedHead {
    private TrainedHead() {}

    /// @param report of loading the model
    /// @param model as messages name it
    /// @throws CommandException if anything of the model would be random
    static void require(LoadReport report, Object model, Task task) {
        if (!report.isComplete()) {
            throw new CommandException(
                    ("%s: the checkpoint has no trained head for %s (%d arrays would be random), so"
                                    + " its answers would mean nothing; fine-tune it first with xlmr train"
                                    + " --task %s, then give that output as --model")
                            .formatted(
                                    model, task.word(), report.initialized().size(), task.word()));
        }
    }
}
