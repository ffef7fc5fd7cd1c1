package xlmr.eval;

import java.util.SplittableRandom;

/// Approximate randomization of two models on the same examples (Noreen, "Computer-Intensive
/// Methods for Testing Hypotheses", 1989; for F1 Yeh, "More accurate tests for the statistical
/// significance of result differences", 2000): if it made no difference which of the two an answer
/// is of, the answers to each example could be exchanged by the throw of a coin. It needs no
/// distribution, and no score that is a mean.
///
/// @param differing examples whose answers count differently, the only ones that exchanging changes
/// @param rounds how often all coins were thrown
/// @param probability of a difference of this size or more, on either side: (1 + rounds in which it
///   came about) / (1 + rounds), which is never 0 (Phipson and Smyth, 2010)
public record RandomizationTest(int differing, int rounds, double probability) {

    private static final double LEVEL = 0.05;
    private static final double ROUNDING = 1e-12;

    static RandomizationTest of(
            ExampleSums first, ExampleSums second, SummedScore score, int rounds, long seed) {
        int[] differing = new int[first.examples()];
        int count = 0;
        for (int i = 0; i < differing.length; i++) {
            if (!first.sameAs(second, i)) {
                differing[count++] = i;
            }
        }
        double[] firstSums = first.total();
        double[] secondSums = second.total();
        double found = Math.abs(score.of(secondSums) - score.of(firstSums));
        double enough = found - ROUNDING * Math.max(1, found);
        SplittableRandom random = new SplittableRandom(~seed);
        double[] one = new double[firstSums.length];
        double[] other = new double[firstSums.length];
        int reached = 0;
        for (int round = 0; round < rounds; round++) {
            System.arraycopy(firstSums, 0, one, 0, one.length);
            System.arraycopy(secondSums, 0, other, 0, other.length);
            long coins = 0;
            for (int d = 0; d < count; d++) {
                coins = d % Long.SIZE == 0 ? random.nextLong() : coins >>> 1;
                if ((coins & 1) != 0) {
                    int example = differing[d];
                    first.add(example, -1, one);
                    second.add(example, 1, one);
                    second.add(example, -1, other);
                    first.add(example, 1, other);
                }
            }
            // An undefined score is no evidence that the models differ.
            reached += Math.abs(score.of(other) - score.of(one)) < enough ? 0 : 1;
        }
        return new RandomizationTest(count, rounds, (1.0 + reached) / (1.0 + rounds));
    }

    /// Whether the difference can be told from chance, at 5 %.
    public boolean isSignificant() {
        return probability < LEVEL;
    }
}
