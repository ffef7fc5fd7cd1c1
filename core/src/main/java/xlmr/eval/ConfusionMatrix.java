package xlmr.eval;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/// How often an example of one class was predicted to be of another: row = true class, column =
/// predicted class, both `[0, K)`. The diagonal is what is right. Immutable.
public final class ConfusionMatrix {

    private final int[][] counts;

    private ConfusionMatrix(int[][] counts) {
        this.counts = counts;
    }

    /// Counts labels against predictions.
    ///
    /// @param labels the true class of each example
    /// @param predictions the predicted class of each example
    /// @param classes the number of classes K
    /// @throws IllegalArgumentException if the lengths differ or a class is not in `[0, K)`
    public static ConfusionMatrix of(int[] labels, int[] predictions, int classes) {
        if (labels.length != predictions.length) {
            throw new IllegalArgumentException(
                    "confusion matrix: expected a label for each prediction, found %d labels for %d"
                            .formatted(labels.length, predictions.length));
        }
        int[][] counts = new int[classes][classes];
        for (int i = 0; i < labels.length; i++) {
            requireClass("label", labels[i], i, classes);
            requireClass("prediction", predictions[i], i, classes);
            counts[labels[i]][predictions[i]]++;
        }
        return new ConfusionMatrix(counts);
    }

    private static void requireClass(String what, int id, int row, int classes) {
        if (id < 0 || id >= classes) {
            throw new IllegalArgumentException(
                    "confusion matrix: expected a %s from 0 to %d, found %d in row %d"
                            .formatted(what, classes - 1, id, row));
        }
    }

    /// The number of classes K.
    public int classes() {
        return counts.length;
    }

    /// How many examples of class `actual` were predicted to be `predicted`.
    public int count(int actual, int predicted) {
        return counts[actual][predicted];
    }

    /// How many examples are of class `k`.
    public long support(int k) {
        return Arrays.stream(counts[k]).asLongStream().sum();
    }

    /// How many examples were predicted to be of class `k`.
    public long predicted(int k) {
        long sum = 0;
        for (int[] row : counts) {
            sum += row[k];
        }
        return sum;
    }

    /// How many predictions are right.
    public long right() {
        long sum = 0;
        for (int k = 0; k < counts.length; k++) {
            sum += counts[k][k];
        }
        return sum;
    }

    /// The number of examples.
    public long total() {
        long sum = 0;
        for (int k = 0; k < counts.length; k++) {
            sum += support(k);
        }
        return sum;
    }

    /// One class taken for another.
    ///
    /// @param actual the true class
    /// @param predicted another
    /// @param count how often, at least once
    public record Confusion(int actual, int predicted, int count) {}

    /// What was confused, the most frequent first, equal ones in the order of the classes.
    ///
    /// @param limit how many at most
    public List<Confusion> mostConfused(int limit) {
        List<Confusion> confusions = new ArrayList<>();
        for (int actual = 0; actual < counts.length; actual++) {
            for (int predicted = 0; predicted < counts.length; predicted++) {
                int count = counts[actual][predicted];
                if (actual != predicted && count > 0) {
                    confusions.add(new Confusion(actual, predicted, count));
                }
            }
        }
        confusions.sort(Comparator.comparingInt(Confusion::count).reversed());
        return List.copyOf(confusions.subList(0, Math.min(limit, confusions.size())));
    }

    /// A copy of the counts, `[true class][predicted class]`.
    public int[][] toArray() {
        int[][] copy = new int[counts.length][];
        for (int k = 0; k < counts.length; k++) {
            copy[k] = counts[k].clone();
        }
        return copy;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ConfusionMatrix that && Arrays.deepEquals(counts, that.counts);
    }

    @Override
    public int hashCode() {
        return Arrays.deepHashCode(counts);
    }

    @Override
    public String toString() {
        return Arrays.deepToString(counts);
    }
}
