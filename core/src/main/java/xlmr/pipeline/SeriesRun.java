package xlmr.pipeline;

import java.util.SequencedMap;
import xlmr.eval.EvaluationReport;
import xlmr.train.EpochResult;

/// One training of a series.
///
/// @param name such as `seed-3` or `fold-1`
/// @param seed of the run
/// @param result of the training
/// @param reports of the model that counts, by the name of what it was judged on: `validation`,
///   then each test set
public record SeriesRun(
        String name,
        long seed,
        FineTuning.Result result,
        SequencedMap<String, EvaluationReport> reports) {
    /// The name of the validation examples, or of a fold's held-out part.
    public static final String VALIDATION = "validation";

    /// Time of training, in seconds.
    public double seconds() {
        return result.epochs().stream().mapToDouble(EpochResult::seconds).sum();
    }
}
