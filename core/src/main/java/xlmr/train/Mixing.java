package xlmr.train;

import java.util.List;
import xlmr.data.BatchOrder;

/// How often each of several heads that train together has its turn: batches in proportion to nᵅ,
/// with n the examples of the head. A batch is always of one head.
///
/// @param exponent α: 1 in proportion to the examples, 0 all heads the same
public record Mixing(double exponent) {
    /// In proportion to the examples, each example once an epoch (Liu et al. 2019, MT-DNN).
    public static final Mixing PROPORTIONAL = new Mixing(1);

    /// Each head as often as every other.
    public static final Mixing UNIFORM = new Mixing(0);

    private static final String TEMPERATURE = "temperature:";

    /// Checks α.
    public Mixing {
        Checks.that(exponent >= 0 && exponent <= 1, "mixing, exponent", "in [0, 1]", exponent);
    }

    /// In proportion to n^(1 / T): 1 is proportional, and the larger T, the more alike the heads
    /// (Raffel et al. 2020, T5, section 3.5.2).
    ///
    /// @param value T, at least 1
    public static Mixing temperature(double value) {
        Checks.that(value >= 1, "mixing, temperature", "at least 1", value);
        return new Mixing(1 / value);
    }

    /// The order of the batches of all heads.
    ///
    /// @param parts the examples of each head
    BatchOrder order(List<BatchOrder.Part> parts, long seed) {
        return BatchOrder.mixed(parts, exponent, seed);
    }

    /// The text that [#parse] reads.
    public String spec() {
        if (exponent == 1) {
            return "proportional";
        }
        return exponent == 0 ? "uniform" : TEMPERATURE + 1 / exponent;
    }

    /// The mixing called `proportional`, `uniform` or `temperature:2`.
    ///
    /// @throws IllegalArgumentException for any other text
    public static Mixing parse(String spec) {
        if (spec.equals("proportional")) {
            return PROPORTIONAL;
        }
        if (spec.equals("uniform")) {
            return UNIFORM;
        }
        try {
            if (spec.startsWith(TEMPERATURE)) {
                return temperature(Double.parseDouble(spec.substring(TEMPERATURE.length())));
            }
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(unknown(spec), e);
        }
        throw new IllegalArgumentException(unknown(spec));
    }

    private static String unknown(String spec) {
        return "mixing: expected proportional, uniform or temperature:T (temperature:2), found '%s'"
                .formatted(spec);
    }
}
