package xlmr.eval;

/// McNemar's test of two models on the same examples, for answers that are right or wrong: only
/// those count that one of the two gets right. If both are equally good, either is as likely to be
/// the one, like a coin's sides (McNemar, 1947; the exact form).
///
/// @param both examples that both get right
/// @param onlyFirst examples that the first gets right and the second does not
/// @param onlySecond examples that the second gets right and the first does not
/// @param neither examples that both get wrong
/// @param probability of a split as uneven as this, or more, if both are equally good: the exact
///   binomial test on both sides, for any number of examples
public record McNemar(int both, int onlyFirst, int onlySecond, int neither, double probability) {

    private static final double LEVEL = 0.05;

    /// Tests.
    ///
    /// @param first which examples the first gets right
    /// @param second which examples the second gets right
    public static McNemar of(boolean[] first, boolean[] second) {
        int both = 0;
        int onlyFirst = 0;
        int onlySecond = 0;
        for (int i = 0; i < first.length; i++) {
            both += first[i] && second[i] ? 1 : 0;
            onlyFirst += first[i] && !second[i] ? 1 : 0;
            onlySecond += second[i] && !first[i] ? 1 : 0;
        }
        int few = Math.min(onlyFirst, onlySecond);
        return new McNemar(
                both,
                onlyFirst,
                onlySecond,
                first.length - both - onlyFirst - onlySecond,
                LayerScore.signTest(few, onlyFirst + onlySecond));
    }

    /// Examples that the first gets right.
    public int firstRight() {
        return both + onlyFirst;
    }

    /// Examples that the second gets right.
    public int secondRight() {
        return both + onlySecond;
    }

    /// Whether the difference can be told from chance, at 5 %.
    public boolean isSignificant() {
        return probability < LEVEL;
    }
}
