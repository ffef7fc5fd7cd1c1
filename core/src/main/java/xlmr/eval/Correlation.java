package xlmr.eval;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/// How well two rows of numbers go together, from -1 to 1; NaN where one of them is constant.
public final class Correlation {

    private Correlation() {}

    /// Pearson's: how well a straight line describes the one by the other.
    public static double pearson(double[] a, double[] b) {
        if (a.length != b.length) {
            throw new IllegalArgumentException(
                    "correlation: expected as many numbers on both sides, found %d and %d"
                            .formatted(a.length, b.length));
        }
        double meanA = BatchMeanLoss.mean(a);
        double meanB = BatchMeanLoss.mean(b);
        double both = 0;
        double squaresA = 0;
        double squaresB = 0;
        for (int i = 0; i < a.length; i++) {
            both += (a[i] - meanA) * (b[i] - meanB);
            squaresA += (a[i] - meanA) * (a[i] - meanA);
            squaresB += (b[i] - meanB) * (b[i] - meanB);
        }
        if (squaresA == 0 || squaresB == 0) {
            return Double.NaN;
        }
        return Math.clamp(both / (Math.sqrt(squaresA) * Math.sqrt(squaresB)), -1, 1);
    }

    /// Spearman's: Pearson's of the ranks, so how well the order agrees. NaN if a number is NaN.
    public static double spearman(double[] a, double[] b) {
        return pearson(ranks(a), ranks(b));
    }

    /// Ranks from 1; equal numbers share the mean of their ranks.
    static double[] ranks(double[] values) {
        double[] ranks = new double[values.length];
        if (Arrays.stream(values).anyMatch(Double::isNaN)) {
            Arrays.fill(ranks, Double.NaN);
            return ranks;
        }
        int[] order =
                IntStream.range(0, values.length)
                        .boxed()
                        .sorted(Comparator.comparingDouble(i -> values[i]))
                        .mapToInt(Integer::intValue)
                        .toArray();
        for (int start = 0; start < order.length; ) {
            int end = start + 1;
            while (end < order.length && values[order[end]] == values[order[start]]) {
                end++;
            }
            double shared = (start + 1 + end) / 2.0;
            for (int i = start; i < end; i++) {
                ranks[order[i]] = shared;
            }
            start = end;
        }
        return ranks;
    }
}
