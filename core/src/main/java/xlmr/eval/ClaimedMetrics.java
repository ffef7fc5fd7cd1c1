package xlmr.eval;

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

    private static String withoutPrefix(String name) {
        for (String prefix : PREFIXES) {
            if (name.startsWith(prefix)) {
                return name.substring(prefix.length());
            }
        }
        return name;
    }
}
