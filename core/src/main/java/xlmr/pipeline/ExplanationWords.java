package xlmr.pipeline;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// An explanation's numbers in sentences.
public final class ExplanationWords {
    private ExplanationWords() {}

    /// What scores are.
    public static String method(Explanation explanation) {
        return switch (explanation.method()) {
            case INTEGRATED_GRADIENTS ->
                    "Integrated gradients: how much of the logit each token brings, against a text of %s."
                            .formatted(baseline(explanation.completeness()));
            case GRADIENT_X_INPUT ->
                    "Gradient x input: the slope of the logit at each word vector, times that"
                            + " vector.";
            case OCCLUSION -> "Occlusion: by how much the logit falls when a token is hidden.";
            case ATTENTION_ROLLOUT ->
                    "Attention rollout: the share of each token in what the head reads, the same"
                            + " for every label.";
        };
    }

    private static String baseline(Explanation.@Nullable Completeness completeness) {
        if (completeness == null) {
            return "nothing";
        }
        return switch (completeness.baseline()) {
            case PAD -> "<pad>";
            case MASK -> "<mask>";
            case ZERO -> "zeros";
        };
    }

    /// Which number is explained, and what the model says.
    public static String answer(Explanation explanation) {
        if (explanation.label().isEmpty()) {
            return format("the number %.4f", explanation.value());
        }
        String said = explanation.prediction().label();
        boolean own =
                said.equals(explanation.label())
                        || explanation.prediction().labels().contains(explanation.label());
        return format(
                "%s%s: logit %.3f, %.1f %%%s",
                own ? "" : "for ",
                explanation.label(),
                explanation.value(),
                100 * explanation.probability(),
                own ? "" : " (the model says %s)".formatted(said.isEmpty() ? "none" : said));
    }

    /// Whether the contributions add up.
    public static String completeness(Explanation.Completeness completeness) {
        String sums =
                format(
                        "The contributions sum to %.4f; the logit is %.4f above that of a text of"
                                + " %s, %.4f: %.2f %% off after %d steps",
                        completeness.sum(),
                        completeness.difference(),
                        baseline(completeness),
                        completeness.baselineValue(),
                        100 * completeness.gap(),
                        completeness.steps());
        return completeness.isComplete()
                ? sums + "."
                : format(
                        "%s. NOT COMPLETE within 1 %%: the limit of %d steps came first, or the two"
                                + " texts hardly differ; allow more steps or take another baseline, and"
                                + " read the scores with care.",
                        sums, completeness.limit());
    }

    private static String format(String form, Object... values) {
        return String.format(Locale.ROOT, form, values);
    }
}
