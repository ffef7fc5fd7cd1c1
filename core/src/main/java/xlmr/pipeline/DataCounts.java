package xlmr.pipeline;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;

/// How much labelled data there is.
///
/// @param unit what is counted: `texts`, `sentences`, `questions`
/// @param training how many to learn from
/// @param validation how many to judge by; 0 for none
/// @param trainingLabels how often each label occurs among them, by label; empty where there are no
///   labels
/// @param validationLabels the same of the validation data
public record DataCounts(
        String unit,
        int training,
        int validation,
        Map<String, Long> trainingLabels,
        Map<String, Long> validationLabels) {

    /// Keeps the maps in the order of the labels.
    public DataCounts {
        trainingLabels = Collections.unmodifiableMap(new TreeMap<>(trainingLabels));
        validationLabels = Collections.unmodifiableMap(new TreeMap<>(validationLabels));
    }

    /// Data without labels.
    static DataCounts of(String unit, List<?> training, List<?> validation) {
        return new DataCounts(unit, training.size(), validation.size(), Map.of(), Map.of());
    }

    /// Data with labels.
    static <T> DataCounts of(
            String unit, List<T> training, List<T> validation, Function<T, List<String>> labels) {
        return new DataCounts(
                unit,
                training.size(),
                validation.size(),
                counted(training, labels),
                counted(validation, labels));
    }

    private static <T> Map<String, Long> counted(List<T> data, Function<T, List<String>> labels) {
        Map<String, Long> counts = new TreeMap<>();
        data.forEach(one -> labels.apply(one).forEach(label -> counts.merge(label, 1L, Long::sum)));
        return counts;
    }

    /// All labels, sorted.
    public List<String> labels() {
        TreeSet<String> labels = new TreeSet<>(trainingLabels.keySet());
        labels.addAll(validationLabels.keySet());
        return List.copyOf(labels);
    }
}
