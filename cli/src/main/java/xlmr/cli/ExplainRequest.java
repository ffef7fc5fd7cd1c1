package xlmr.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import xlmr.model.Task;
import xlmr.pipeline.ExplainedNumber;

/// Which number of a model is explained.
final class ExplainRequest {
    @Option(
            names = "--label",
            paramLabel = "LABEL",
            description =
                    "Explain the number of this label, or tag, or choice counted from 0. Default:"
                            + " the one predicted.")
    private @Nullable String label;

    @Option(
            names = "--word",
            paramLabel = "WORD|N",
            description =
                    "token-classification: explain the tag of this word, the first that is so"
                            + " written, or of word N, counted from 1. Default: the first word that"
                            + " is tagged as something.")
    private @Nullable String word;

    @Option(
            names = "--answer-part",
            paramLabel = "start|end|both",
            description =
                    "question-answering: explain the answer's start logit, its end logit, or their"
                            + " sum. Default: both.")
    private ExplainedNumber.@Nullable Part part;

    /// The label, tag or choice that was named.
    @Nullable String label() {
        return label;
    }

    /// The word that was named.
    @Nullable String word() {
        return word;
    }

    /// Which logits of an answer.
    ExplainedNumber.Part part() {
        return part == null ? ExplainedNumber.Part.BOTH : part;
    }

    /// Refuses what is for another task.
    void checkFor(Task task) {
        if (word != null && task != Task.TOKEN_CLASSIFICATION) {
            throw refused("--word", "token-classification", task);
        }
        if (part != null && task != Task.QUESTION_ANSWERING) {
            throw refused("--answer-part", "question-answering", task);
        }
        if (label != null && task == Task.QUESTION_ANSWERING) {
            throw new CommandException(
                    "--label: not for question-answering, which explains its best answer");
        }
    }

    private static CommandException refused(String option, String tasks, Task task) {
        return new CommandException(
                "%s: only for %s, this is %s".formatted(option, tasks, task.word()));
    }
}
