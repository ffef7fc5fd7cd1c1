package xlmr.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import xlmr.backend.Backend;
import xlmr.data.DataWarning;
import xlmr.data.Example;
import xlmr.model.HeadSpec;
import xlmr.model.ProblemType;
import xlmr.model.Task;
import xlmr.pipeline.SequenceClassificationTraining;
import xlmr.pipeline.TrainingTask;
import xlmr.report.RunSummary;

/// What training begins with, the same for `train` and `plan`: the model, the task, and the
/// labelled files.
final class TrainingInput {
    @Mixin private ModelOption model;
    @Mixin private TaskOption taskOption;

    @Option(
            names = "--train",
            required = true,
            paramLabel = "FILE",
            description = "Labelled data to learn from: CSV, TSV or JSON Lines, UTF-8.")
    private Path train;

    @Option(
            names = "--validation",
            paramLabel = "FILE",
            description = "Labelled texts to judge each epoch by.")
    private @Nullable Path validation;

    @Mixin private LabelledInput labelled;

    @Option(
            names = "--problem",
            paramLabel = "single-label|multi-label|regression",
            description =
                    "What is learned. Default: multi-label with --label-delimiter, else"
                            + " single-label.")
    private @Nullable String problem;

    @Mixin private TaskRunners runners;

    /// What was read.
    ///
    /// @param start directory of the model to start from
    /// @param data to learn from and to judge by
    /// @param tests reads the same task with other examples to judge on
    /// @param warnings about the data that nobody has seen yet
    record Read(
            Path start,
            TrainingTask data,
            Function<Path, TrainingTask> tests,
            List<DataWarning> warnings) {}

    /// Reads all files.
    ///
    /// @param head that was asked for, or null: it has to fit the task
    Read read(Streams streams, @Nullable HeadSpec head) {
        Path start = model.directory(streams);
        Task task = taskOption.forTraining(start);
        if (head != null) {
            head.requireFor(task);
        }
        if (task != Task.SEQUENCE_CLASSIFICATION) {
            TaskRunner runner = runners.of(task);
            return new Read(
                    start,
                    runner.training(streams, labelled, train, validation),
                    test -> runner.training(streams.silenced(), labelled, train, test),
                    List.of());
        }
        List<Example> training = labelled.read(streams, train);
        List<Example> judged = validation == null ? List.of() : labelled.read(streams, validation);
        SequenceClassificationTraining data =
                SequenceClassificationTraining.of(
                        training, judged, problem(problem, labelled, "--problem"));
        return new Read(
                start, data, test -> data.judgedOn(labelled.read(streams, test)), data.warnings());
    }

    /// Texts of a file without labels, in the columns of the labelled ones.
    List<Example> texts(Streams streams, Path file) {
        return labelled.readTexts(streams, file);
    }

    /// Refuses a model that is not in a directory of the user's own, in which something is going to
    /// be written.
    ///
    /// @param option that asks for it, named in messages
    void requireOwnDirectory(String option) {
        model.ownDirectory(option);
    }

    /// File of the training examples.
    Path train() {
        return train;
    }

    /// File of the validation examples, or null.
    @Nullable Path validation() {
        return validation;
    }

    /// Where a run came from, as its reports say it.
    ///
    /// @param output directory of the new model
    RunSummary.Source source(Path output, Backend backend) {
        return new RunSummary.Source(
                ShortName.of(output),
                model.name(),
                model.isOnHub(),
                ShortName.of(train),
                validation == null ? null : ShortName.of(validation),
                "xlmr " + Version.number(),
                "%s, %d threads".formatted(backend.name(), backend.threads()));
    }

    /// What is learned of texts with labels.
    ///
    /// @param problem as it was typed, or null
    /// @param labelled how the texts are read
    /// @param option that it was typed for, named in messages
    static ProblemType problem(@Nullable String problem, LabelledInput labelled, String option) {
        return switch (problem) {
            case null ->
                    labelled.hasDelimiter()
                            ? ProblemType.MULTI_LABEL_CLASSIFICATION
                            : ProblemType.SINGLE_LABEL_CLASSIFICATION;
            case "single-label" -> ProblemType.SINGLE_LABEL_CLASSIFICATION;
            case "multi-label" -> ProblemType.MULTI_LABEL_CLASSIFICATION;
            case "regression" -> ProblemType.REGRESSION;
            default ->
                    throw new CommandException(
                            "%s: expected single-label, multi-label or regression, found '%s'"
                                    .formatted(option, problem));
        };
    }
}
