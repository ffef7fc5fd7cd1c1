package xlmr.backend;

import java.util.Locale;

/// How the matrix products of a device round what they multiply. Sums, results and weights are
/// float32 in each of them.
public enum Precision {
    /// Not at all: float32. The only one of the processor.
    FP32,
    /// To 10 bits of fraction.
    TF32,
    /// To bfloat16, with 7 bits of fraction and the range of float32.
    BF16,
    /// To float16, with 10 bits of fraction and numbers up to 65504: training scales its loss.
    FP16;

    /// System property that names one where no option does.
    public static final String PROPERTY = "xlmr.cuda.precision";

    /// As options and reports have it: `bf16`.
    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }

    /// The one of this name, in any case.
    ///
    /// @throws IllegalArgumentException that lists the names
    public static Precision of(String name) {
        for (Precision precision : values()) {
            if (precision.name().equalsIgnoreCase(name)) {
                return precision;
            }
        }
        throw new IllegalArgumentException(
                "precision: expected fp32, tf32, bf16 or fp16, found %s".formatted(name));
    }

    /// What the property [#PROPERTY] asks for, else [#FP32].
    ///
    /// @throws BackendUnavailableException if it names none
    public static Precision chosen() {
        String name = System.getProperty(PROPERTY, "fp32");
        try {
            return of(name);
        } catch (IllegalArgumentException unknown) {
            throw new BackendUnavailableException(
                    "device cuda: %s expects fp32, tf32, bf16 or fp16, found %s"
                            .formatted(PROPERTY, name),
                    unknown);
        }
    }
}
