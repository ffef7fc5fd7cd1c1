package xlmr.cli;

import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import xlmr.model.Task;
import xlmr.model.XlmRobertaConfig;

/// `--task`, the same for `train`, `evaluate` and `predict`.
final class TaskOption {
    @Option(
            names = "--task",
            paramLabel = "NAME",
            description = {
                "sequence-classification, token-classification, question-answering,"
                        + " multiple-choice, masked-lm or causal-lm. Default: the model's own, and"
                        + " sequence-classification to train a model that has none."
            })
    private @Nullable String name;

    /// The task to train a model for. A pretrained model is a language model by its configuration,
    /// but hardly ever trained further as one: that has to be asked for.
    Task forTraining(Path model) {
        Task own = own(model).orElse(Task.SEQUENCE_CLASSIFICATION);
        boolean pretrained = own == Task.MASKED_LM || own == Task.CAUSAL_LM;
        return named().orElse(pretrained ? Task.SEQUENCE_CLASSIFICATION : own);
    }

    /// The task that a model is used for.
    Task forUse(Path model) {
        return named().or(() -> own(model)).orElse(Task.SEQUENCE_CLASSIFICATION);
    }

    /// The task that was asked for, if one was.
    Optional<Task> named() {
        try {
            return Optional.ofNullable(name).map(Task::named);
        } catch (IllegalArgumentException e) {
            throw new CommandException("--" + e.getMessage());
        }
    }

    private static Optional<Task> own(Path model) {
        return Task.of(XlmRobertaConfig.read(model.resolve("config.json")));
    }
}
