package xlmr.model;

import java.util.Locale;
import java.util.Optional;

/// What a sequence classifier's logits mean, and with which loss it is trained; `problem_type` of
/// the configuration.
public enum ProblemType {
    /// One class of K: softmax, cross-entropy.
    SINGLE_LABEL_CLASSIFICATION,
    /// Any of K classes at once: sigmoid each, binary cross-entropy.
    MULTI_LABEL_CLASSIFICATION,
    /// K numbers: no activation, mean squared error.
    REGRESSION;

    /// As in `config.json`: `single_label_classification`.
    public String jsonName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /// The type of this name in `config.json`, if there is one.
    public static Optional<ProblemType> named(String jsonName) {
        for (ProblemType type : values()) {
            if (type.jsonName().equals(jsonName)) {
                return Optional.of(type);
            }
        }
        return Optional.empty();
    }
}
