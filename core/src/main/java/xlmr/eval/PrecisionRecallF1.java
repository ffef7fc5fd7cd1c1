package xlmr.eval;

/// Precision: how much of what was predicted is right. Recall: how much of what is right was
/// predicted. F1: their harmonic mean, 2 * right / (predicted + support).
public record PrecisionRecallF1(double precision, double recall, double f1) {

    /// From counts. What would be a division by zero is `zeroDivision`, as in scikit-learn.
    ///
    /// @param right how many predictions of the class are right (true positives)
    /// @param predicted how many examples were predicted to be of the class
    /// @param support how many examples are of the class
    public static PrecisionRecallF1 of(
            long right, long predicted, long support, double zeroDivision) {
        return new PrecisionRecallF1(
                divide(right, predicted, zeroDivision),
                divide(right, support, zeroDivision),
                divide(2 * right, predicted + support, zeroDivision));
    }

    private static double divide(long numerator, long denominator, double zeroDivision) {
        return denominator == 0 ? zeroDivision : (double) numerator / denominator;
    }
}
