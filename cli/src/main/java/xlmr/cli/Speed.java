package xlmr.cli;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/// How much was done in a second, over some rounds.
///
/// @param median of the rounds
/// @param best of the rounds
record Speed(double median, double best) {
    /// @param amount done in a round
    /// @param seconds that each round took
    static Speed of(double amount, double[] seconds) {
        double[] sorted = seconds.clone();
        Arrays.sort(sorted);
        return new Speed(amount / sorted[sorted.length / 2], amount / sorted[0]);
    }

    Map<String, Object> json() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("median", median);
        json.put("best", best);
        return json;
    }
}
