package xlmr.eval;

/// How one class did.
///
/// @param id the class's number, its place in a row of logits
/// @param name its label
/// @param support how many examples are of this class
/// @param right how many of them were predicted to be (true positives)
/// @param predicted how many examples were predicted to be of this class
public record ClassScore(
        int id, String name, long support, long right, long predicted, PrecisionRecallF1 score) {

    static ClassScore of(
            int id, String name, long support, long right, long predicted, double zeroDivision) {
        return new ClassScore(
                id,
                name,
                support,
                right,
                predicted,
                PrecisionRecallF1.of(right, predicted, support, zeroDivision));
    }

    /// Whether the class is among the labels or the predictions at all.
    public boolean occurs() {
        return support > 0 || predicted > 0;
    }
}
