package xlmr.pipeline;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// What the tokens of a text, or of a pair of texts, contribute to one number of a model.
///
/// @param method how it was found
/// @param text the first text: of a question the question, of a choice the context
/// @param textPair the second text of a pair, or null: the context of a question, the choice
/// @param number which number is explained, and what the model says
/// @param value of the number: a logit, before temperature and softmax or sigmoid
/// @param probability of the label, tag or choice; NaN where there is none
/// @param tokens all that the model read, in their order
/// @param completeness of integrated gradients; null for other methods
/// @param truncatedTokens that did not fit the maximum length, and so are not explained
public record Explanation(
        ExplanationMethod method,
        String text,
        @Nullable String textPair,
        ExplainedNumber number,
        double value,
        double probability,
        List<TokenScore> tokens,
        @Nullable Completeness completeness,
        int truncatedTokens) {

    /// Whether contributions add up to what they should: the number for the text minus the number
    /// for the text without content.
    ///
    /// @param baseline what stood in the place of the tokens
    /// @param baselineValue the number for the text without content
    /// @param difference the number for the text minus that
    /// @param sum of all contributions
    /// @param steps gradients that were computed
    /// @param limit the most that were allowed
    public record Completeness(
            ExplanationBaseline baseline,
            double baselineValue,
            double difference,
            double sum,
            int steps,
            int limit) {

        /// How far the sum is off, as a share of the difference.
        public double gap() {
            return Math.abs(sum - difference) / Math.abs(difference);
        }

        /// Whether it is off by no more than [PathIntegral#TOLERANCE].
        public boolean isComplete() {
            return gap() <= PathIntegral.TOLERANCE;
        }
    }

    public Explanation {
        tokens = List.copyOf(tokens);
    }

    /// The largest absolute score of a token of the texts; 0 if there is none.
    public double largest() {
        return tokens.stream()
                .filter(token -> token.sequence() >= 0)
                .mapToDouble(token -> Math.abs(token.score()))
                .max()
                .orElse(0);
    }

    /// For each UTF-16 unit of a text the score of the token that covers it, of several tokens on
    /// one character their sum; 0 where there is none.
    ///
    /// @param sequence 0 for the first text, 1 for the second
    public double[] scoresOf(int sequence) {
        String second = textPair == null ? "" : textPair;
        double[] scores = new double[sequence == 0 ? text.length() : second.length()];
        for (TokenScore token : tokens) {
            for (int i = token.start(); token.sequence() == sequence && i < token.end(); i++) {
                scores[i] += token.score();
            }
        }
        return scores;
    }
}
