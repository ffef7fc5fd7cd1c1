package xlmr.eval;

/// How well a probe reads the labels off one layer.
///
/// @param layer 0 for the embeddings
/// @param accuracy the share of texts that it gets right
/// @param interval of the accuracy, at 95 %
/// @param macroF1 the mean F1 of the classes that occur
/// @param loss mean cross-entropy
/// @param sameAsBest how likely a difference to the best layer as large as this one is, or larger,
///   where there is none: the sign test on the texts that only one of the two gets right. 1 for the
///   best itself
public record LayerScore(
        int layer,
        double accuracy,
        ProportionInterval interval,
        double macroF1,
        double loss,
        double sameAsBest) {
    private static final double LEVEL = 0.05;

    /// Whether the texts suffice to say that the best layer is better, at 5 %.
    public boolean isWorseThanBest() {
        return sameAsBest < LEVEL;
    }

    LayerScore against(boolean[] own, boolean[] best) {
        int onlyOwn = 0;
        int onlyBest = 0;
        for (int i = 0; i < own.length; i++) {
            onlyOwn += own[i] && !best[i] ? 1 : 0;
            onlyBest += best[i] && !own[i] ? 1 : 0;
        }
        double probability = signTest(Math.min(onlyOwn, onlyBest), onlyOwn + onlyBest);
        return new LayerScore(layer, accuracy, interval, macroF1, loss, probability);
    }

    /// How likely a fair coin, thrown `n` times, shows its rarer side at most `few` times.
    static double signTest(int few, int n) {
        double logTerm = -n * Math.log(2);
        double sum = Math.exp(logTerm);
        for (int i = 1; i <= few; i++) {
            logTerm += Math.log((double) (n - i + 1) / i);
            sum += Math.exp(logTerm);
        }
        return Math.min(1, 2 * sum);
    }
}
