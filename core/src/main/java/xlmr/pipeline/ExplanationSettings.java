package xlmr.pipeline;

/// How it is found out what tokens contribute, the same for every task.
///
/// @param method how contributions are found
/// @param baseline of integrated gradients
/// @param limit most gradients that integrated gradients compute, at least 16
public record ExplanationSettings(
        ExplanationMethod method, ExplanationBaseline baseline, int limit) {
    private static final int DEFAULT_LIMIT = 1024;
    private static final int LEAST_LIMIT = 16;

    /// Checks.
    ///
    /// @throws IllegalArgumentException if the limit is below 16
    public ExplanationSettings {
        if (limit < LEAST_LIMIT) {
            throw new IllegalArgumentException(
                    "explain: expected a limit of at least %d steps, found %d"
                            .formatted(LEAST_LIMIT, limit));
        }
    }

    /// Integrated gradients from a text of `<pad>`.
    public static ExplanationSettings defaults() {
        return new ExplanationSettings(
                ExplanationMethod.INTEGRATED_GRADIENTS, ExplanationBaseline.PAD, DEFAULT_LIMIT);
    }

    /// The same by another method.
    public ExplanationSettings withMethod(ExplanationMethod value) {
        return new ExplanationSettings(value, baseline, limit);
    }

    /// The same with another text without content.
    public ExplanationSettings withBaseline(ExplanationBaseline value) {
        return new ExplanationSettings(method, value, limit);
    }

    /// The same with another limit on the gradients of integrated gradients.
    ///
    /// @throws IllegalArgumentException if it is below 16
    public ExplanationSettings withLimit(int value) {
        return new ExplanationSettings(method, baseline, value);
    }
}
