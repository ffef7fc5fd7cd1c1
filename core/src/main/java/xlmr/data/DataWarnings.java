package xlmr.data;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import xlmr.data.DataWarning.Code;

/// Looks through labelled data for what spoils a training without being an error.
public final class DataWarnings {

    private static final double IMBALANCED_SHARE = 0.9;
    private static final int MANY_LABELS_FROM = 20;
    private static final int SHOWN_CHARS = 60;

    private DataWarnings() {}

    /// What is odd about these examples.
    ///
    /// @param train labelled examples to learn from
    /// @param validation labelled examples to judge by; empty if there are none
    public static List<DataWarning> of(List<Example> train, List<Example> validation) {
        List<DataWarning> warnings = new ArrayList<>();
        Map<String, Integer> counts = labelCounts(train);
        balance(counts, train.size(), warnings);
        repetition(train, warnings);
        overlap(train, validation, warnings);
        Set<String> unseen = new HashSet<>(labelCounts(validation).keySet());
        unseen.removeAll(counts.keySet());
        if (!unseen.isEmpty()) {
            add(
                    warnings,
                    Code.LABEL_NOT_IN_TRAINING,
                    "the validation data has labels that the training data lacks: %s",
                    NearestName.list(unseen.stream().sorted().toList()));
        }
        return warnings;
    }

    /// What is odd about examples that have a number each, of which none needs to occur twice.
    ///
    /// @param validation labelled examples to judge by; empty if there are none
    public static List<DataWarning> ofNumbers(List<Example> train, List<Example> validation) {
        List<DataWarning> warnings = new ArrayList<>();
        repetition(train, warnings);
        overlap(train, validation, warnings);
        return warnings;
    }

    private static void balance(
            Map<String, Integer> counts, int examples, List<DataWarning> warnings) {
        List<String> single = new ArrayList<>();
        counts.forEach(
                (label, count) -> {
                    if (count == 1) {
                        single.add(label);
                    }
                    if (count > IMBALANCED_SHARE * examples) {
                        add(
                                warnings,
                                Code.CLASS_IMBALANCE,
                                "%d of %d training examples are '%s': always answering that is"
                                        + " already right so often; look at macro F1, not at"
                                        + " accuracy",
                                count,
                                examples,
                                label);
                    }
                });
        if (counts.size() >= MANY_LABELS_FROM && counts.size() > examples / 2) {
            add(
                    warnings,
                    Code.MANY_LABELS,
                    "%d different labels in %d training examples: is this the label column?",
                    counts.size(),
                    examples);
        } else if (!single.isEmpty()) {
            add(
                    warnings,
                    Code.SINGLE_EXAMPLE_CLASS,
                    "only one training example has the label %s: too few to learn from, or a"
                            + " misspelled label",
                    NearestName.list(single));
        }
    }

    private static void repetition(List<Example> train, List<DataWarning> warnings) {
        Map<Key, Example> first = new HashMap<>();
        int repeated = 0;
        int conflicting = 0;
        Example one = null;
        Example other = null;
        for (Example example : train) {
            Example earlier = first.putIfAbsent(Key.of(example), example);
            if (earlier == null) {
                continue;
            }
            if (Set.copyOf(earlier.labels()).equals(Set.copyOf(example.labels()))) {
                repeated++;
                continue;
            }
            conflicting++;
            if (one == null) {
                one = earlier;
                other = example;
            }
        }
        if (one != null && other != null) {
            add(
                    warnings,
                    Code.CONFLICTING_LABELS,
                    "%d training examples repeat an earlier text with another label; the first:"
                            + " line %d says %s, line %d says %s: \"%s\"",
                    conflicting,
                    one.line(),
                    String.join(", ", one.labels()),
                    other.line(),
                    String.join(", ", other.labels()),
                    beginning(one.text()));
        }
        if (repeated > 0) {
            add(
                    warnings,
                    Code.DUPLICATE_TEXTS,
                    "%d of %d training examples repeat an earlier one",
                    repeated,
                    train.size());
        }
    }

    private static void overlap(
            List<Example> train, List<Example> validation, List<DataWarning> warnings) {
        Set<Key> trained = new HashSet<>();
        for (Example example : train) {
            trained.add(Key.of(example));
        }
        int shared = 0;
        Example first = null;
        for (Example example : validation) {
            if (trained.contains(Key.of(example))) {
                shared++;
                first = first == null ? example : first;
            }
        }
        if (first != null) {
            add(
                    warnings,
                    Code.VALIDATION_OVERLAP,
                    "%d of %d validation texts are in the training data too, so the validation"
                            + " looks"
                            + " better than it is; the first is line %d: \"%s\"",
                    shared,
                    validation.size(),
                    first.line(),
                    beginning(first.text()));
        }
    }

    /// What makes two examples the same to a model, up to the white space around a text.
    private record Key(String text, @Nullable String textPair) {
        static Key of(Example example) {
            String pair = example.textPair();
            return new Key(example.text().strip(), pair == null ? null : pair.strip());
        }
    }

    private static Map<String, Integer> labelCounts(List<Example> examples) {
        Map<String, Integer> counts = new TreeMap<>();
        for (Example example : examples) {
            for (String label : example.labels()) {
                counts.merge(label, 1, Integer::sum);
            }
        }
        return counts;
    }

    private static String beginning(String text) {
        String line = text.strip();
        if (line.codePointCount(0, line.length()) <= SHOWN_CHARS) {
            return line;
        }
        return line.substring(0, line.offsetByCodePoints(0, SHOWN_CHARS)) + "...";
    }

    private static void add(
            List<DataWarning> warnings, Code code, String sentence, Object... arguments) {
        warnings.add(new DataWarning(code, sentence.formatted(arguments)));
    }
}
