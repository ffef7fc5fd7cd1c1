package xlmr.backend.cpu;

/// The error function to double precision, by the two classical expansions (Abramowitz and Stegun,
/// Handbook of Mathematical Functions, 7.1.6 and 7.1.14). Slow and free of tables: what faster ones
/// are compared with.
final class ErrorFunction {
    private static final double SQRT_PI = Math.sqrt(Math.PI);

    /// Below this magnitude the series is summed, from it on the continued fraction.
    private static final double SERIES_END = 3;

    /// Levels of the continued fraction: enough for double precision from SERIES_END on.
    private static final int FRACTION_DEPTH = 100;

    private ErrorFunction() {}

    /// erf(x) = 2/√π ∫₀ˣ exp(-t²) dt.
    static double erf(double x) {
        double magnitude = Math.abs(x);
        if (magnitude < SERIES_END) {
            return series(x);
        }
        return Math.copySign(1 - fraction(magnitude), x);
    }

    /// erfc(x) = 1 - erf(x), to a relative error of 1e-11: beyond SERIES_END, where the difference
    /// would cancel, it is computed without one.
    static double erfc(double x) {
        return x < SERIES_END ? 1 - erf(x) : fraction(x);
    }

    /// Φ(x) = erfc(-x/√2) / 2, the distribution function of the standard normal distribution.
    static double normalDistribution(double x) {
        return 0.5 * erfc(-x / Math.sqrt(2));
    }

    /// φ(x) = exp(-x²/2) / √(2π), its density.
    static double normalDensity(double x) {
        return Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI);
    }

    /// 7.1.6: erf(x) = 2/√π exp(-x²) Σ 2ⁿ x²ⁿ⁺¹ / (1·3·...·(2n+1)). All terms have one sign:
    /// nothing cancels.
    private static double series(double x) {
        double term = x;
        double sum = x;
        for (int n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
            term *= 2 * x * x / (2 * n + 1);
            sum += term;
        }
        return 2 / SQRT_PI * Math.exp(-x * x) * sum;
    }

    /// 7.1.14: √π exp(x²) erfc(x) = 1/(x + (1/2)/(x + (2/2)/(x + (3/2)/(x + ...)))), for positive
    /// x.
    private static double fraction(double x) {
        double denominator = x;
        for (int n = FRACTION_DEPTH; n >= 1; n--) {
            denominator = x + 0.5 * n / denominator;
        }
        return Math.exp(-x * x) / (SQRT_PI * denominator);
    }
}
