package xlmr.cli;

import java.util.OptionalInt;
import picocli.CommandLine.Mixin;
import xlmr.model.Task;

/// The runners of the tasks beside sequence classification, which the commands do themselves.
final class TaskRunners {
    @Mixin private WindowOption windows;
    @Mixin private TaggingRunner tagging;
    @Mixin private AnsweringRunner answering;
    @Mixin private ChoosingRunner choosing;
    @Mixin private LanguageModelRunner languageModel;

    /// The number of `--stride`; empty for the task's own.
    OptionalInt stride() {
        return windows.stride();
    }

    /// The runner of a task.
    TaskRunner of(Task task) {
        return switch (task) {
            case SEQUENCE_CLASSIFICATION -> throw new AssertionError(task);
            case TOKEN_CLASSIFICATION -> tagging.within(windows);
            case QUESTION_ANSWERING -> answering.within(windows);
            case MULTIPLE_CHOICE -> choosing;
            case MASKED_LM, CAUSAL_LM -> languageModel.of(task);
        };
    }
}
