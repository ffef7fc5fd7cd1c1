package xlmr.pipeline;

/// How the next token is chosen.
///
/// @param maxNewTokens after which a text ends, if `</s>` does not come first
/// @param temperature that logits are divided by before a token is drawn; 0 takes the most probable
///   one always (greedy)
/// @param topK only so many of the most probable tokens are drawn from; 0 for all
/// @param topP only the most probable tokens that together reach this probability are drawn from; 1
///   for all
/// @param seed of the draws
public record GenerationOptions(
        int maxNewTokens, double temperature, int topK, double topP, long seed) {
    /// Checks that every number makes sense.
    public GenerationOptions {
        check(maxNewTokens >= 1, "new tokens", "at least 1", maxNewTokens);
        check(
                temperature >= 0 && temperature <= 100,
                "temperature",
                "0 for greedy, or up to 100",
                temperature);
        check(topK >= 0, "top-k", "at least 0", topK);
        check(topP > 0 && topP <= 1, "top-p", "above 0, at most 1", topP);
    }

    /// The most probable token each time, up to 50.
    public static GenerationOptions greedy() {
        return new GenerationOptions(50, 0, 0, 1, 0);
    }

    private static void check(boolean holds, String what, String expected, Number found) {
        if (!holds) {
            throw new IllegalArgumentException(
                    "generation: %s: expected %s, found %s".formatted(what, expected, found));
        }
    }
}
