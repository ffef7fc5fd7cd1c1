package xlmr.eval;

import java.util.Arrays;
import java.util.SplittableRandom;

/// Between which bounds the differences of two classifiers lie, by drawing the examples anew, with
/// replacement, many times: both are judged on the same draw (Efron, 1979; percentiles).
///
/// @param accuracy of the second minus that of the first, at 2.5 % and 97.5 %
/// @param macroF1 likewise
record PairedBootstrap(DifferenceInterval accuracy, DifferenceInterval macroF1) {

    private static final double LOW = 0.025;

    /// What the draws are made of: for each example its right labels, and what the two say, as
    /// lists of ids.
    ///
    /// @param occurringOnly whether macro F1 runs over the classes that occur in a draw alone
    record Answers(
            int[][] truth, int[][] first, int[][] second, int labels, boolean occurringOnly) {

        int examples() {
            return truth.length;
        }
    }

    /// Draws.
    ///
    /// @param resamples how many times
    /// @param seed the same gives the same bounds
    static PairedBootstrap of(Answers answers, int resamples, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        double[] accuracies = new double[resamples];
        double[] scores = new double[resamples];
        Counts first = new Counts(answers.labels());
        Counts second = new Counts(answers.labels());
        for (int r = 0; r < resamples; r++) {
            first.clear();
            second.clear();
            for (int i = 0; i < answers.examples(); i++) {
                int row = random.nextInt(answers.examples());
                first.add(answers.truth()[row], answers.first()[row]);
                second.add(answers.truth()[row], answers.second()[row]);
            }
            accuracies[r] = (double) (second.rightRows - first.rightRows) / answers.examples();
            scores[r] =
                    second.macroF1(answers.occurringOnly())
                            - first.macroF1(answers.occurringOnly());
        }
        return new PairedBootstrap(interval(accuracies), interval(scores));
    }

    private static DifferenceInterval interval(double[] values) {
        Arrays.sort(values);
        return new DifferenceInterval(quantile(values, LOW), quantile(values, 1 - LOW));
    }

    /// Between the two nearest values, as NumPy does by itself.
    private static double quantile(double[] sorted, double share) {
        double place = share * (sorted.length - 1);
        int below = (int) place;
        int above = Math.min(sorted.length - 1, below + 1);
        return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
    }

    /// What a draw comes to, for one classifier.
    private static final class Counts {
        private final int[] right;
        private final int[] predicted;
        private final int[] support;
        private int rightRows;

        Counts(int labels) {
            right = new int[labels];
            predicted = new int[labels];
            support = new int[labels];
        }

        void clear() {
            Arrays.fill(right, 0);
            Arrays.fill(predicted, 0);
            Arrays.fill(support, 0);
            rightRows = 0;
        }

        void add(int[] truth, int[] said) {
            int both = 0;
            for (int label : truth) {
                support[label]++;
            }
            for (int label : said) {
                predicted[label]++;
                if (PairedComparison.contains(truth, label)) {
                    right[label]++;
                    both++;
                }
            }
            rightRows += both == truth.length && both == said.length ? 1 : 0;
        }

        double macroF1(boolean occurringOnly) {
            double sum = 0;
            int counted = 0;
            for (int k = 0; k < right.length; k++) {
                int there = support[k] + predicted[k];
                sum += there == 0 ? 0 : 2.0 * right[k] / there;
                counted += there > 0 || !occurringOnly ? 1 : 0;
            }
            return counted == 0 ? 0 : sum / counted;
        }
    }
}
