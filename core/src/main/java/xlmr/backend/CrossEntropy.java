package xlmr.backend;

import org.jspecify.annotations.Nullable;

/// What torch.nn.functional.cross_entropy is told, with the mean as reduction.
///
/// @param labels `[N]` class of each row, or the ignore index
/// @param ignoreIndex rows with this label count for nothing
/// @param smoothing ε: (1 - ε) of the weight stays on the label, ε is spread over all classes
/// @param classWeights `[K]` or null; the mean is then weighted by the labels' weights
public record CrossEntropy(
        int[] labels, int ignoreIndex, float smoothing, float @Nullable [] classWeights) {
    /// The reference's marker of rows that do not count.
    public static final int IGNORE = -100;

    /// Plain cross-entropy.
    public static CrossEntropy of(int... labels) {
        return new CrossEntropy(labels, IGNORE, 0, null);
    }

    /// How many rows count.
    public int counted() {
        int count = 0;
        for (int label : labels) {
            count += label == ignoreIndex ? 0 : 1;
        }
        return count;
    }

    /// How much a class counts.
    public double weight(int label) {
        return classWeights == null ? 1 : classWeights[label];
    }

    /// How much all rows that count do so together: what their mean is divided by.
    public double totalWeight() {
        double total = 0;
        for (int label : labels) {
            total += label == ignoreIndex ? 0 : weight(label);
        }
        return total;
    }
}
