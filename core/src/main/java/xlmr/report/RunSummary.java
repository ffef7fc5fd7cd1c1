package xlmr.report;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import xlmr.eval.EvaluationReport;
import xlmr.pipeline.FineTuning;
import xlmr.pipeline.TrainingTask;
import xlmr.train.EpochResult;
import xlmr.train.TrainingHistory;

/// All that is known of a run when it is over. [RunFiles] makes files of it.
///
/// @param source what it started from, and what ran
/// @param settings of the run by name, as in `training.json`
/// @param data that it was trained and judged on
/// @param result what came of it
/// @param history how it went
public record RunSummary(
        Source source,
        ObjectNode settings,
        TrainingTask data,
        FineTuning.Result result,
        TrainingHistory history) {

    /// What a run started from, and what ran.
    ///
    /// @param name of the new model
    /// @param model that it started from: a name on the Hub or a directory
    /// @param onHub whether `model` is a name on the Hub
    /// @param training file of the training data
    /// @param validation file of the validation data, or null
    /// @param program name and version
    /// @param backend what computed
    public record Source(
            String name,
            String model,
            boolean onHub,
            String training,
            @Nullable String validation,
            String program,
            String backend) {}

    /// The epoch whose model is kept.
    public EpochResult best() {
        return result.epochs().stream()
                .filter(EpochResult::best)
                .reduce((earlier, later) -> later)
                .orElseThrow();
    }

    /// How the model that is kept did on the validation data; empty without any.
    public Optional<EvaluationReport> report() {
        return Optional.ofNullable(best().validation());
    }
}
