package xlmr.train;

import org.jspecify.annotations.Nullable;
import xlmr.data.BatchOrder;
import xlmr.data.EncodedExamples;
import xlmr.data.TrainingExamples;
import xlmr.model.Targets;

/// How often the examples of each class are shown in an epoch: in proportion to nᵅ, with n the
/// examples of the class. The examples of a rare class then come several times an epoch, and of a
/// frequent one another part in each.
///
/// @param exponent α: 1 as they are in the data, 0 all classes the same
public record Sampling(double exponent) {
    /// Each example once.
    public static final Sampling NATURAL = new Sampling(1);

    /// In proportion to √n.
    public static final Sampling SQUARE_ROOT = new Sampling(0.5);

    /// Each class as often as every other.
    public static final Sampling BALANCED = new Sampling(0);

    private static final String TEMPERATURE = "temperature:";

    /// Checks α.
    public Sampling {
        Checks.that(exponent >= 0 && exponent <= 1, "sampling, exponent", "in [0, 1]", exponent);
    }

    /// In proportion to n^(1 / T), as languages are drawn when XLM-R is pretrained.
    ///
    /// @param value T, at least 1; the larger, the more alike the classes
    public static Sampling temperature(double value) {
        Checks.that(value >= 1, "sampling, temperature", "at least 1", value);
        return new Sampling(1 / value);
    }

    /// An order of the examples that shows them so often.
    ///
    /// @param natural an order that shows each once
    /// @throws IllegalArgumentException if the examples have not one class each
    BatchOrder order(BatchOrder natural, TrainingExamples training, long seed) {
        if (exponent == 1) {
            return natural;
        }
        Targets targets = training instanceof EncodedExamples encoded ? encoded.targets() : null;
        return BatchOrder.resampled(natural, classes(targets), exponent, seed);
    }

    private static int[] classes(@Nullable Targets targets) {
        if (targets instanceof Targets.Classes one) {
            return one.labels();
        }
        throw new IllegalArgumentException(
                "sampling: expected one of several classes for each text, as sequence"
                        + " classification has it; take natural");
    }

    /// The text that [#parse] reads.
    public String spec() {
        if (exponent == 1) {
            return "natural";
        }
        if (exponent == 0.5) {
            return "sqrt";
        }
        return exponent == 0 ? "balanced" : TEMPERATURE + 1 / exponent;
    }

    /// The sampling called `natural`, `sqrt`, `balanced` or `temperature:3`.
    ///
    /// @throws IllegalArgumentException for any other text
    public static Sampling parse(String spec) {
        return switch (spec) {
            case "natural" -> NATURAL;
            case "sqrt" -> SQUARE_ROOT;
            case "balanced" -> BALANCED;
            default -> ofTemperature(spec);
        };
    }

    private static Sampling ofTemperature(String spec) {
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
        return "sampling: expected natural, sqrt, balanced or temperature:T (temperature:3), found"
                + " '%s'".formatted(spec);
    }
}
