package xlmr.eval;

/// Between which bounds a share lies that was measured on a few examples.
public record ProportionInterval(double low, double high) {

    private static final double Z_95 = 1.959963984540054;

    /// Wilson's score interval at 95 %, which stays inside 0 to 1 and is fair for few examples
    /// (Wilson, 1927).
    ///
    /// @param hits how often it happened
    /// @param trials how often it could have, at least 1
    public static ProportionInterval wilson95(long hits, long trials) {
        double share = (double) hits / trials;
        double z2 = Z_95 * Z_95;
        double denominator = 1 + z2 / trials;
        double center = (share + z2 / (2 * trials)) / denominator;
        double half =
                Z_95
                        * Math.sqrt(share * (1 - share) / trials + z2 / (4.0 * trials * trials))
                        / denominator;
        return new ProportionInterval(Math.max(0, center - half), Math.min(1, center + half));
    }
}
