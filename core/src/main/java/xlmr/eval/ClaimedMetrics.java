package xlmr.eval;

import java.math.BigDecimal;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalDouble;

/// Numbers that somebody printed beside some logits, to be checked against them: `loss`,
/// `accuracy`, `precision`, `recall`, `f1`. The prefixes `eval_`, `test_` and `predict_` of Hugging
/// Face's trainer are dropped.
public record ClaimedMetrics(Map<String, Double> values) {

    private static final String[] PREFIXES = {"eval_", "test_", "predict_", "validation_"};

    public ClaimedMetrics {
        Map<String, Double> plain = new LinkedHashMap<>();
        values.forEach((name, value) -> plain.put(withoutPrefix(name), value));
        values = Collections.unmodifiableMap(plain);
    }

    /// No claims.
    public static ClaimedMetrics none() {
        return new ClaimedMetrics(Map.of());
    }

    /// The claim of that name, if there is one.
    public OptionalDouble value(String name) {
        Double value = values.get(name);
        return value == null ? OptionalDouble.empty() : OptionalDouble.of(value);
    }

    /// Whether `value` may have been printed as `claimed`: equal up to what summing in float32
    /// costs, or, if three to six decimals were printed, up to their rounding. One or two decimals
    /// say too little: 0.5 should not pass for 0.54.
    static boolean isPrintOf(double claimed, double value) {
        if (!Double.isFinite(claimed)) {
            return false;
        }
        int decimals = BigDecimal.valueOf(claimed).scale();
        double rounding = decimals >= 3 && decimals <= 6 ? 0.5001 * Math.pow(10, -decimals) : 0;
        double summing = 1e-6 * Math.max(1, Math.abs(value));
        return Math.abs(claimed - value) <= Math.max(rounding, summing);
    }

    private static String withoutPrefix(String name) {
        for (String prefix : PREFIXES) {
            if (name.startsWith(prefix)) {
                return name.substring(prefix.length());
            }
        }
        return name;
    }
}
