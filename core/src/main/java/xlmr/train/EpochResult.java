package xlmr.train;

import org.jspecify.annotations.Nullable;
import xlmr.eval.EvaluationReport;

/// How the model stood after an epoch.
///
/// @param number from 1
/// @param trainingLoss mean over the epoch's examples, with dropout
/// @param seconds of training, evaluation not counted
/// @param validation on the validation examples, or null without them
/// @param best whether this is the best so far
public record EpochResult(
        int number,
        double trainingLoss,
        double seconds,
        @Nullable EvaluationReport validation,
        boolean best) {}
