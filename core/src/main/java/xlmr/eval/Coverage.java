package xlmr.eval;

import static xlmr.eval.NumberWords.percent;

import java.util.ArrayList;
import java.util.List;

/// What becomes of a classifier that answers only where it is sure enough.
///
/// @param threshold it answers where the largest probability is at least this
/// @param examples all of them
/// @param answered how many it answers
/// @param right how many of these are right
public record Coverage(double threshold, int examples, int answered, int right) {

    private static final double[] TRIED = {0, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99};

    /// The share that is answered.
    public double share() {
        return (double) answered / examples;
    }

    /// The share of right answers among those given; NaN if none is.
    public double accuracy() {
        return (double) right / answered;
    }

    /// In words, for a person.
    public String sentence() {
        String right =
                answered == 0 ? "" : "; of these %s are right".formatted(percent(accuracy()));
        return "Sure enough (%s or more): %d of %d answers%s."
                .formatted(percent(threshold), answered, examples, right);
    }

    /// At one threshold.
    ///
    /// @param probabilities `[B, K]`
    /// @param labels `[B]` the right classes
    public static Coverage at(double threshold, double[][] probabilities, int[] labels) {
        int answered = 0;
        int right = 0;
        for (int i = 0; i < labels.length; i++) {
            int best = Logits.argmax(probabilities[i]);
            if (probabilities[i][best] >= threshold) {
                answered++;
                right += best == labels[i] ? 1 : 0;
            }
        }
        return new Coverage(threshold, labels.length, answered, right);
    }

    /// At thresholds from 0, where all is answered, to 0.99.
    public static List<Coverage> table(double[][] probabilities, int[] labels) {
        List<Coverage> rows = new ArrayList<>();
        for (double threshold : TRIED) {
            rows.add(at(threshold, probabilities, labels));
        }
        return List.copyOf(rows);
    }
}
