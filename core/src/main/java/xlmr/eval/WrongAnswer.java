package xlmr.eval;

import java.util.Comparator;
import java.util.List;

/// One answer that is wrong, for a person to look at. Those that the model was surest of say most:
/// about the model, or about the labels.
///
/// @param row of the example, from 0, in the order in which the examples were judged
/// @param expected what is right, in words
/// @param found what the model said, in words
/// @param confidence its probability of what it said; NaN where it gives none
/// @param distance how wrong it is; the list of a report is sorted by it
public record WrongAnswer(
        int row, String expected, String found, double confidence, double distance) {
    private static final int KEPT = 25;

    /// A wrong label, the worse the surer the model was of it.
    public static WrongAnswer of(int row, String expected, String found, double confidence) {
        return new WrongAnswer(row, expected, found, confidence, confidence);
    }

    /// The worst of some, the worst first, equal ones in their order.
    static List<WrongAnswer> worst(List<WrongAnswer> answers) {
        return answers.stream()
                .sorted(Comparator.comparingDouble(WrongAnswer::distance).reversed())
                .limit(KEPT)
                .toList();
    }
}
