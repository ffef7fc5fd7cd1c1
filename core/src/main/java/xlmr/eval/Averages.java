package xlmr.eval;

import java.util.List;

/// The three usual ways to make one number of many classes.
///
/// @param micro over all decisions at once; for one label an example all three are the accuracy
/// @param macro every class counts the same, however rare
/// @param weighted every class counts by its number of examples
public record Averages(
        PrecisionRecallF1 micro, PrecisionRecallF1 macro, PrecisionRecallF1 weighted) {

    /// @param zeroDivision what a division by zero gives
    static Averages of(List<ClassScore> classes, double zeroDivision, AveragedClasses averaged) {
        long right = 0;
        long predicted = 0;
        long support = 0;
        double[] macro = new double[3];
        double[] weighted = new double[3];
        int counted = 0;
        for (ClassScore scored : classes) {
            right += scored.right();
            predicted += scored.predicted();
            support += scored.support();
            add(weighted, scored.score(), scored.support());
            if (averaged == AveragedClasses.ALL || scored.occurs()) {
                add(macro, scored.score(), 1);
                counted++;
            }
        }
        return new Averages(
                PrecisionRecallF1.of(right, predicted, support, zeroDivision),
                divided(macro, counted, zeroDivision),
                divided(weighted, support, zeroDivision));
    }

    private static void add(double[] sums, PrecisionRecallF1 score, double weight) {
        sums[0] += weight * score.precision();
        sums[1] += weight * score.recall();
        sums[2] += weight * score.f1();
    }

    private static PrecisionRecallF1 divided(double[] sums, double weight, double zeroDivision) {
        return weight == 0
                ? new PrecisionRecallF1(zeroDivision, zeroDivision, zeroDivision)
                : new PrecisionRecallF1(sums[0] / weight, sums[1] / weight, sums[2] / weight);
    }
}
