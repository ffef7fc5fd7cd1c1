package xlmr.eval;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/// Between which bounds the differences of two models lie, by drawing the examples anew, with
/// replacement, many times: both are judged on the same draw (Efron, 1979; percentiles).
final class PairedBootstrap {
    private static final double LOW = 0.025;

    private PairedBootstrap() {}

    /// Draws.
    ///
    /// @param resamples how many times
    /// @param seed the same gives the same bounds
    /// @return for each score the bounds of the second minus the first, at 2.5 % and 97.5 %
    static List<DifferenceInterval> of(
            ExampleSums first,
            ExampleSums second,
            List<SummedScore> scores,
            int resamples,
            long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        double[][] differences = new double[scores.size()][resamples];
        double[] firstSums = new double[first.width()];
        double[] secondSums = new double[second.width()];
        for (int r = 0; r < resamples; r++) {
            Arrays.fill(firstSums, 0);
            Arrays.fill(secondSums, 0);
            for (int i = 0; i < first.examples(); i++) {
                int row = random.nextInt(first.examples());
                first.add(row, 1, firstSums);
                second.add(row, 1, secondSums);
            }
            for (int s = 0; s < differences.length; s++) {
                SummedScore score = scores.get(s);
                differences[s][r] = score.of(secondSums) - score.of(firstSums);
            }
        }
        List<DifferenceInterval> intervals = new ArrayList<>();
        for (double[] values : differences) {
            intervals.add(interval(values));
        }
        return intervals;
    }

    /// Over the draws in which the score is defined.
    private static DifferenceInterval interval(double[] values) {
        double[] sorted = Arrays.stream(values).filter(Double::isFinite).sorted().toArray();
        return sorted.length == 0
                ? new DifferenceInterval(Double.NaN, Double.NaN)
                : new DifferenceInterval(quantile(sorted, LOW), quantile(sorted, 1 - LOW));
    }

    /// Between the two nearest values, as NumPy does by itself.
    private static double quantile(double[] sorted, double share) {
        double place = share * (sorted.length - 1);
        int below = (int) place;
        int above = Math.min(sorted.length - 1, below + 1);
        return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
    }
}
