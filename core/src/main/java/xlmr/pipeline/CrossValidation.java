package xlmr.pipeline;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import xlmr.backend.Backend;
import xlmr.eval.EvaluationReport;
import xlmr.tokenizer.XlmRobertaTokenizer;
import xlmr.train.FrozenFeatures;

/// k-fold cross-validation: the examples are dealt into k parts, by class; k times one part is held
/// out, and a model that learned from the others is judged on it. Then a model learns from all
/// examples, and is written: what it is worth is the mean of the folds.
///
/// No fold chooses an epoch by what it is judged on: it is always the last epoch that counts, as
/// for the model on all examples.
///
/// @param job its output gets the model; its seed deals the examples, too
/// @param folds k
public record CrossValidation(FineTuning job, int folds) {
    /// Checks what the job may ask for.
    public CrossValidation {
        if (job.options().patience() > 0) {
            throw new IllegalArgumentException(
                    "folds: expected no patience, since nothing may choose when to stop; found %d"
                            .formatted(job.options().patience()));
        }
    }

    /// Trains k + 1 times.
    ///
    /// @throws IllegalArgumentException if the task knows no folds, has validation examples
    ///   already, or has fewer examples than folds
    public TrainingSeries run(TrainingTask task, Backend backend, SeriesListener listener) {
        if (task.hasValidation()) {
            throw new IllegalArgumentException(
                    "folds: expected no validation examples, since each fold is that in its turn");
        }
        XlmRobertaTokenizer own = job.tokenizer();
        FineTuning shared =
                job.withSaving(null)
                        .withTokenizer(own == null ? XlmRobertaTokenizer.load(job.model()) : own);
        long seed = job.options().seed();
        FrozenFeatures features = new FrozenFeatures();
        List<SeriesRun> runs = new ArrayList<>();
        for (int fold = 0; fold < folds; fold++) {
            String name = "fold-" + (fold + 1);
            TrainingTask part = task.fold(folds, fold, seed);
            FineTuning.Result result =
                    shared.run(
                            part,
                            backend,
                            listener.begins(name, fold + 1, folds + 1),
                            (model, weights) -> {},
                            features);
            SequencedMap<String, EvaluationReport> reports = new LinkedHashMap<>();
            EvaluationReport judged = result.epochs().getLast().validation();
            if (judged != null) {
                reports.put(SeriesRun.VALIDATION, judged);
            }
            SeriesRun run = new SeriesRun(name, seed, result, reports);
            runs.add(run);
            listener.done(run, false);
        }
        FineTuning.Result result =
                shared.run(
                        task,
                        backend,
                        listener.begins("all examples", folds + 1, folds + 1),
                        features);
        SeriesRun whole = new SeriesRun("all examples", seed, result, new LinkedHashMap<>());
        listener.done(whole, true);
        return new TrainingSeries(TrainingSeries.Kind.FOLDS, runs, whole, features.saved());
    }
}
