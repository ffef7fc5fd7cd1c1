package xlmr.eval;

import java.util.Arrays;

/// How far the same number differs over several runs.
///
/// @param mean of all
/// @param lowest of all
/// @param highest of all
/// @param standardDeviation of a sample: the squares are divided by one less than the runs; NaN for
///   a single run
public record Spread(double mean, double lowest, double highest, double standardDeviation) {
    /// The spread of some numbers; NaN throughout if one of them is NaN.
    ///
    /// @throws IllegalArgumentException if there is none
    public static Spread of(double... values) {
        if (values.length == 0) {
            throw new IllegalArgumentException("spread: expected at least one number, found none");
        }
        double mean = Arrays.stream(values).sum() / values.length;
        double squares = 0;
        double lowest = Double.POSITIVE_INFINITY;
        double highest = Double.NEGATIVE_INFINITY;
        for (double value : values) {
            squares += (value - mean) * (value - mean);
            lowest = Math.min(lowest, value);
            highest = Math.max(highest, value);
        }
        double deviation =
                values.length == 1 ? Double.NaN : Math.sqrt(squares / (values.length - 1));
        return new Spread(mean, lowest, highest, deviation);
    }
}
