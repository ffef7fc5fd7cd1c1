package xlmr.data;

/// Which tokens a masked language model has to guess, as BERT and XLM-R were trained (Devlin et al.
/// 2019): of the chosen ones 80 % become the mask, 10 % a random piece, 10 % stay.
///
/// @param probability that a token, or a word, is chosen
/// @param wholeWords whether all pieces of a word are chosen together, so that none gives the
///   others away
public record MaskingRule(double probability, boolean wholeWords) {
    /// Share of the chosen tokens that become the mask.
    static final double MASKED = 0.8;

    /// Share of the chosen tokens that become a random piece.
    static final double REPLACED = 0.1;

    /// Checks the probability.
    public MaskingRule {
        if (!(probability > 0 && probability < 1)) {
            throw new IllegalArgumentException(
                    "mask probability: expected a number above 0, below 1, found " + probability);
        }
    }

    /// 15 % of the pieces.
    public static MaskingRule defaults() {
        return new MaskingRule(0.15, false);
    }
}
