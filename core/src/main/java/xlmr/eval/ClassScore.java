package xlmr.eval;

/// How one class did.
///
/// @param id the class's number, its place in a row of logits
/// @param name its label
/// @param support how many examples are of this class
/// @param predicted how many examples were predicted to be of this class
public record ClassScore(
        int id, String name, long support, long predicted, PrecisionRecallF1 score) {

    /// Whether the class is among the labels or the predictions at all.
    public boolean occurs() {
        return support > 0 || predicted > 0;
    }
}
