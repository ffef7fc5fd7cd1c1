package xlmr.pipeline;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedMap;
import java.util.SequencedSet;
import xlmr.eval.EvaluationReport;
import xlmr.eval.ReportNumbers;
import xlmr.eval.Spread;
import xlmr.train.FrozenFeatures;

/// What came of several trainings: with other seeds, or with other examples held out.
///
/// @param kind of the series
/// @param runs in their order
/// @param kept the run whose model counts: the best seed, or the one on all examples that follows a
///   cross-validation and is none of `runs`
/// @param features what was computed of a frozen encoder, and how often that was used again
public record TrainingSeries(
        Kind kind, List<SeriesRun> runs, SeriesRun kept, FrozenFeatures.Saved features) {
    /// What differs from run to run.
    public enum Kind {
        /// The seed.
        SEEDS,
        /// The examples that are held out.
        FOLDS
    }

    /// Copies the runs.
    public TrainingSeries {
        runs = List.copyOf(runs);
    }

    /// The spread of each measure, by what it was judged on. A measure that some run lacks is left
    /// out.
    public SequencedMap<String, SequencedMap<String, Spread>> spreads() {
        SequencedMap<String, SequencedMap<String, Spread>> spreads = new LinkedHashMap<>();
        for (String set : runs.getFirst().reports().sequencedKeySet()) {
            List<SequencedMap<String, Double>> numbers =
                    runs.stream()
                            .map(run -> run.reports().get(set))
                            .filter(EvaluationReport.class::isInstance)
                            .map(ReportNumbers::of)
                            .toList();
            SequencedSet<String> names = new LinkedHashSet<>(numbers.getFirst().sequencedKeySet());
            numbers.forEach(own -> names.retainAll(own.keySet()));
            SequencedMap<String, Spread> ofSet = new LinkedHashMap<>();
            for (String name : names) {
                ofSet.put(
                        name,
                        Spread.of(
                                numbers.stream()
                                        .mapToDouble(own -> own.getOrDefault(name, Double.NaN))
                                        .toArray()));
            }
            spreads.put(set, ofSet);
        }
        return spreads;
    }
}
