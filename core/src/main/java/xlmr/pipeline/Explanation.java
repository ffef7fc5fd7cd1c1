package xlmr.pipeline;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// What the tokens of a text, or of a pair of texts, contribute to one number of a classifier.
///
/// @param method how it was found
/// @param prediction what the model says of the text
/// @param textPair the second text of a pair, or null
/// @param label whose number is explained; empty for regression
/// @param value the number: the label's logit, before temperature and softmax or sigmoid
/// @param probability of the label; NaN for regression
/// @param tokens all that the model read, in their order
/// @param completeness of integrated gradients; null for other methods
public record Explanation(
        ExplanationMethod method,
        Prediction prediction,
        @Nullable String textPair,
        String label,
        double value,
        double probability,
        List<TokenScore> tokens,
        @Nullable Completeness completeness) {

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
        String text = sequence == 0 ? prediction.text() : second;
        double[] scores = new double[text.length()];
        for (TokenScore token : tokens) {
            for (int i = token.start(); token.sequence() == sequence && i < token.end(); i++) {
                scores[i] += token.score();
            }
        }
        return scores;
    }
}
