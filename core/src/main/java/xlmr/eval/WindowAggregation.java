package xlmr.eval;

import java.util.ArrayList;
import java.util.List;

/// Brings the scores of the windows of a long text together. A mean counts every window by its
/// tokens, so that a short last window does not weigh as much as a full one.
public enum WindowAggregation {
    /// The mean of the logits: one window that is very sure can decide.
    MEAN_LOGITS,
    /// The mean of the probabilities: every token has the same say.
    MEAN_PROBABILITIES,
    /// The largest logit of each class: what any window has seen.
    MAX_LOGITS,
    /// The largest probability of each class, divided by their sum where classes exclude each
    /// other.
    MAX_PROBABILITIES;

    /// What logits stand for.
    public enum Activation {
        /// Classes that exclude each other.
        SOFTMAX,
        /// Labels of which any number may hold.
        SIGMOID
    }

    /// What one window says. The arrays have one entry a class.
    ///
    /// @param tokens by which it is weighed
    public record Window(int tokens, double[] logits, double[] probabilities) {}

    /// What a long text comes to. The arrays have one entry a class.
    ///
    /// @param logits those whose softmax or sigmoid are the probabilities
    /// @param windows what each window says, in their order
    public record Result(double[] logits, double[] probabilities, List<Window> windows) {}

    /// Brings windows together.
    ///
    /// @param logits a row for each window, `[W][K]`
    /// @param tokens how many tokens each window has, at least 1; overlaps are counted twice
    /// @throws IllegalArgumentException if there is no window, or the numbers differ
    public Result of(double[][] logits, int[] tokens, Activation activation) {
        int classes = Logits.requireRectangular("windows", logits, 1);
        if (tokens.length != logits.length) {
            throw new IllegalArgumentException(
                    "windows: expected the tokens of %d windows, found %d"
                            .formatted(logits.length, tokens.length));
        }
        List<Window> windows = new ArrayList<>();
        long total = 0;
        for (int w = 0; w < logits.length; w++) {
            if (tokens[w] < 1) {
                throw new IllegalArgumentException(
                        "windows: expected tokens in window %d, found %d".formatted(w, tokens[w]));
            }
            total += tokens[w];
            windows.add(
                    new Window(tokens[w], logits[w].clone(), probabilities(logits[w], activation)));
        }
        double[] combined = new double[classes];
        for (int k = 0; k < classes; k++) {
            combined[k] = combined(windows, k, total);
        }
        return switch (this) {
            case MEAN_LOGITS, MAX_LOGITS ->
                    new Result(combined, probabilities(combined, activation), windows);
            case MEAN_PROBABILITIES, MAX_PROBABILITIES -> {
                double[] probabilities =
                        activation == Activation.SOFTMAX ? normalized(combined) : combined;
                yield new Result(asLogits(probabilities, activation), probabilities, windows);
            }
        };
    }

    private double combined(List<Window> windows, int k, long total) {
        double sum = 0;
        double max = Double.NEGATIVE_INFINITY;
        for (Window window : windows) {
            double value =
                    switch (this) {
                        case MEAN_LOGITS, MAX_LOGITS -> window.logits()[k];
                        case MEAN_PROBABILITIES, MAX_PROBABILITIES -> window.probabilities()[k];
                    };
            sum += value * window.tokens();
            max = Math.max(max, value);
        }
        return switch (this) {
            case MEAN_LOGITS, MEAN_PROBABILITIES -> sum / total;
            case MAX_LOGITS, MAX_PROBABILITIES -> max;
        };
    }

    private static double[] normalized(double[] values) {
        double sum = 0;
        for (double value : values) {
            sum += value;
        }
        double[] normalized = new double[values.length];
        for (int k = 0; k < values.length; k++) {
            normalized[k] = values[k] / sum;
        }
        return normalized;
    }

    private static double[] probabilities(double[] logits, Activation activation) {
        return switch (activation) {
            case SOFTMAX -> Logits.softmax(logits);
            case SIGMOID -> {
                double[] probabilities = new double[logits.length];
                for (int k = 0; k < logits.length; k++) {
                    probabilities[k] = Logits.sigmoid(logits[k]);
                }
                yield probabilities;
            }
        };
    }

    private static double[] asLogits(double[] probabilities, Activation activation) {
        double[] logits = new double[probabilities.length];
        for (int k = 0; k < logits.length; k++) {
            double p = probabilities[k];
            logits[k] =
                    switch (activation) {
                        case SOFTMAX -> Math.log(p);
                        case SIGMOID -> Math.log(p) - Math.log1p(-p);
                    };
        }
        return logits;
    }
}
