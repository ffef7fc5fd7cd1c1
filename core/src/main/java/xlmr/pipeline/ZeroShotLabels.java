package xlmr.pipeline;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// The labels of a zero-shot classification, and how each becomes a sentence that a text may
/// entail.
///
/// @param names the labels, one or more
/// @param hypothesis a sentence with `{}` where the label goes, in the language of the labels
/// @param several whether a text may have any number of the labels: each is then judged by itself,
///   else one of them is right
public record ZeroShotLabels(List<String> names, String hypothesis, boolean several) {
    /// The reference's.
    public static final String DEFAULT_HYPOTHESIS = "This example is {}.";

    private static final String PLACE = "{}";

    /// Checks labels and hypothesis.
    ///
    /// @throws IllegalArgumentException if there is no label, one is blank or given twice, or the
    ///   hypothesis has not exactly one `{}`
    public ZeroShotLabels {
        names = List.copyOf(names);
        if (names.isEmpty()) {
            throw new IllegalArgumentException("labels: expected one or more, found none");
        }
        Set<String> seen = new HashSet<>();
        for (String name : names) {
            if (name.isBlank()) {
                throw new IllegalArgumentException("labels: one is blank");
            }
            if (!seen.add(name)) {
                throw new IllegalArgumentException("labels: '%s' is given twice".formatted(name));
            }
        }
        int place = hypothesis.indexOf(PLACE);
        if (place < 0 || hypothesis.indexOf(PLACE, place + 1) >= 0) {
            throw new IllegalArgumentException(
                    "hypothesis: expected one {} where the label goes, found '%s'"
                            .formatted(hypothesis));
        }
    }

    /// One of these labels is right, with the reference's hypothesis.
    public static ZeroShotLabels of(String... names) {
        return new ZeroShotLabels(List.of(names), DEFAULT_HYPOTHESIS, false);
    }

    /// The same with another sentence.
    public ZeroShotLabels withHypothesis(String value) {
        return new ZeroShotLabels(names, value, several);
    }

    /// The same where a text may have any number of them.
    public ZeroShotLabels withSeveral(boolean value) {
        return new ZeroShotLabels(names, hypothesis, value);
    }

    /// The sentence of a label.
    String hypothesisOf(String label) {
        return hypothesis.replace(PLACE, label);
    }
}
