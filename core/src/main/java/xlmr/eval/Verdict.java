package xlmr.eval;

import java.util.Locale;

/// What a number means, in one sentence for a person who does not know the field.
public record Verdict(Code code, Severity severity, String sentence) {

    /// What was judged; `id()` is the stable name for scripts.
    public enum Code {
        NOT_FINITE_LOGITS,
        ROWS_ARE_PROBABILITIES,
        LOSS_ABOVE_PRIOR,
        LOSS_BELOW_PRIOR,
        ACCURACY_ABOVE_MAJORITY,
        ACCURACY_AT_MAJORITY,
        ACCURACY_BELOW_MAJORITY,
        COLLAPSED_PREDICTIONS,
        CLASSES_NEVER_PREDICTED,
        CLASSES_WITHOUT_EXAMPLES,
        ONLY_ONE_CLASS,
        FEW_EXAMPLES,
        OVERCONFIDENT,
        UNDERCONFIDENT,
        CLAIM_CONFIRMED,
        CLAIM_NOT_CONFIRMED,
        LOSS_IS_MEAN_OF_BATCH_MEANS,
        LABELS_NEVER_PREDICTED,
        SUBSET_ACCURACY_BELOW_NONE,
        WORSE_THAN_MEAN,
        CONSTANT_PREDICTIONS,
        CONSTANT_TARGETS,
        ENTITY_F1,
        NO_ENTITIES,
        NO_ENTITIES_PREDICTED,
        TOKEN_ACCURACY_HIDES,
        WRONG_ENDS,
        WRONG_TYPES,
        INVENTED_ENTITIES,
        ANSWERS_OVERLAP,
        ANSWERS_NEVER_RIGHT,
        ANSWERS_WITHOUT_SPACES,
        NO_ANSWER_GIVEN_TOO_OFTEN,
        NO_ANSWER_NEVER_GIVEN,
        THRESHOLD_NOT_BEST,
        ABOVE_CHANCE,
        NOT_ABOVE_CHANCE,
        BELOW_CHANCE,
        PLACE_DECIDES,
        LOSS_ABOVE_CHANCE,
        PERPLEXITY,
        ALL_RIGHT;

        /// The code as scripts see it, such as `loss_above_prior`.
        public String id() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
