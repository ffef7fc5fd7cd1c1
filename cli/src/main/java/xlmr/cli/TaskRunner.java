package xlmr.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import xlmr.backend.Backend;
import xlmr.eval.CalibrationReport;
import xlmr.model.NamedHead;
import xlmr.model.TaskModel;
import xlmr.pipeline.ExplanationSettings;
import xlmr.pipeline.TrainingTask;

/// What `train`, `evaluate` and `predict` do for one task, with the options that only this task
/// has.
interface TaskRunner {
    /// Reads labelled files to train on.
    ///
    /// @param labelled the options of labelled files: columns and format
    /// @param validation null for none
    TrainingTask training(
            Streams streams, LabelledInput labelled, Path train, @Nullable Path validation);

    /// Compares a model's answers with a labelled file, and says how good they are.
    ///
    /// @param labelled the options of labelled files
    /// @param groupBy the field that says what examples are judged group by group, too; null for
    ///   none
    /// @param output where the report goes
    void evaluate(
            Call call,
            LabelledInput labelled,
            Path input,
            @Nullable String groupBy,
            EvaluationOutput output);

    /// What two models say of a labelled file.
    ///
    /// @param labelled the options of labelled files
    ComparedTexts compare(ComparedModels models, LabelledInput labelled, Path input);

    /// What two files of answers say, which `predict` wrote for a labelled file.
    ///
    /// @param labelled the options of labelled files
    ComparedTexts compareAnswers(
            Streams streams, LabelledInput labelled, Path input, Path first, Path second);

    /// Fits a temperature to labelled files that the model was not trained on.
    ///
    /// @param labelled the options of labelled files
    /// @throws CommandException if the task has no probabilities of labels
    Calibrated calibrate(Call call, LabelledInput labelled, List<Path> inputs);

    /// Says what in each text decides.
    ///
    /// @param settings how that is found
    /// @param request which number of the model is explained
    /// @throws CommandException if the task has no answer to explain
    void explain(
            Call call,
            TextInput input,
            ExplanationSettings settings,
            ExplainRequest request,
            ExplanationSink sink)
            throws IOException;

    /// Answers.
    ///
    /// @param output file of JSON Lines, or null for standard output
    void predict(Call call, TextInput input, @Nullable Path output);

    /// What a calibration found.
    ///
    /// @param model that it was made for
    record Calibrated(CalibrationReport report, TaskModel model) {}

    /// How a command was called.
    ///
    /// @param directory the model's
    /// @param adapter that is merged into the model; null for none
    /// @param head the named head beside the model's encoder that answers; null for its own
    /// @param maxLength most tokens of a sequence; 0 for as many as the model has positions
    /// @param json whether the results are for a script
    /// @param calibration which one is applied where there are probabilities
    record Call(
            Streams streams,
            Path directory,
            @Nullable Path adapter,
            @Nullable String head,
            int maxLength,
            Backend backend,
            boolean json,
            CalibrationOption calibration) {
        /// The directory of the weights that decide, for messages.
        Path home() {
            if (head != null) {
                return NamedHead.place(directory, head);
            }
            return adapter == null ? directory : adapter;
        }
    }
}
