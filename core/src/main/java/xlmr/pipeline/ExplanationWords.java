package xlmr.pipeline;

import java.util.List;
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
        return switch (explanation.number()) {
            case ExplainedNumber.Value value -> format("the number %.4f", explanation.value());
            case ExplainedNumber.Label(String label, List<String> said) ->
                    label(explanation, label, said);
            case ExplainedNumber.Tag tag -> tag(explanation, tag);
            case ExplainedNumber.Choice(int choice, int said) ->
                    format(
                            "choice %d: %s%s",
                            choice,
                            logit(explanation),
                            choice == said ? "" : format(" (the model chooses %d)", said));
            case ExplainedNumber.Answer answer -> answer(explanation, answer);
        };
    }

    private static String label(Explanation explanation, String label, List<String> said) {
        boolean own = said.contains(label);
        return format(
                "%s%s: %s%s",
                own ? "" : "for ",
                label,
                logit(explanation),
                own
                        ? ""
                        : " (the model says %s)"
                                .formatted(said.isEmpty() ? "none" : String.join("|", said)));
    }

    private static String tag(Explanation explanation, ExplainedNumber.Tag tag) {
        boolean own = tag.said().equals(tag.tag());
        return format(
                "%s%s of %s (%d to %d): %s%s",
                own ? "" : "for ",
                tag.tag(),
                tag.word(),
                tag.span().start(),
                tag.span().end(),
                logit(explanation),
                own ? "" : " (the model says %s)".formatted(tag.said()));
    }

    private static String answer(Explanation explanation, ExplainedNumber.Answer answer) {
        return format(
                "%s of the answer %s (%d to %d): %.3f",
                switch (answer.part()) {
                    case START -> "start logit";
                    case END -> "end logit";
                    case BOTH -> "score, the sum of start and end logit,";
                },
                answer.answer(),
                answer.span().start(),
                answer.span().end(),
                explanation.value());
    }

    private static String logit(Explanation explanation) {
        return format("logit %.3f, %.1f %%", explanation.value(), 100 * explanation.probability());
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
