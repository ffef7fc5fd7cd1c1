package xlmr.train;

/// How good an epoch was.
///
/// @param epoch from 1; 0 for none so far
/// @param score the larger, the better
/// @param loss decides between equal scores: the smaller, the better
record EpochScore(int epoch, double score, double loss) {
    /// None so far.
    static final EpochScore NONE = new EpochScore(0, Double.NaN, Double.NaN);

    /// Whether this one is better than the best so far. A number is better than none.
    boolean beats(EpochScore best) {
        if (best.epoch == 0) {
            return true;
        }
        if (Double.isNaN(best.score)) {
            return !Double.isNaN(score);
        }
        return score > best.score || (score == best.score && loss < best.loss);
    }
}
