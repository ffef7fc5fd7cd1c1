package xlmr.report;

import java.util.ArrayList;
import java.util.List;

/// An axis: from which number to which, and the round numbers that are named on it.
///
/// @param low at its beginning
/// @param high at its end, above `low`
/// @param ticks round numbers from `low` to `high`
record Scale(double low, double high, List<Double> ticks) {
    private static final double[] ROUND = {1, 2, 2.5, 5, 10};

    /// From one round number to another, around all values.
    ///
    /// @param low the smallest value
    /// @param high the largest
    /// @param about how many ticks are wanted
    static Scale around(double low, double high, int about) {
        double top = high > low ? high : low + Math.max(1e-9, Math.abs(low) * 0.1);
        double step = step((top - low) / Math.max(1, about));
        long first = (long) Math.floor(low / step + 1e-9);
        long last = (long) Math.ceil(top / step - 1e-9);
        List<Double> ticks = new ArrayList<>();
        for (long i = first; i <= last; i++) {
            ticks.add(i * step);
        }
        return new Scale(first * step, last * step, ticks);
    }

    /// From 0 to exactly `last`, with round whole numbers between: steps, epochs.
    static Scale counts(long last, int about) {
        double step = step(Math.max(1, (double) last / about));
        if (step != Math.rint(step)) {
            step = step(step * 1.5); // 2.5 to 5
        }
        List<Double> ticks = new ArrayList<>();
        for (double tick = 0; tick <= last; tick += step) {
            ticks.add(tick);
        }
        return new Scale(0, Math.max(1, last), ticks);
    }

    /// Shares: 0 to 1.
    static Scale shares() {
        return new Scale(0, 1, List.of(0.0, 0.2, 0.4, 0.6, 0.8, 1.0));
    }

    /// Where a value lies: 0 at the beginning, 1 at the end.
    double at(double value) {
        return Math.clamp((value - low) / (high - low), 0, 1);
    }

    private static double step(double rough) {
        double power = Math.pow(10, Math.floor(Math.log10(rough)));
        for (double round : ROUND) {
            if (rough <= round * power * (1 + 1e-9)) {
                return round * power;
            }
        }
        return 10 * power;
    }
}
