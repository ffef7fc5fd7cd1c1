package xlmr.eval;

/// What a model says of one window of a context: the question and a part of the context. The arrays
/// have one entry a token, `<s>` at place 0 included, and are not to be changed.
///
/// @param startLogits how likely the answer begins at each token
/// @param endLogits how likely it ends there
/// @param inContext whether the token is one of the context
/// @param starts where such a token begins in the whole context, as a UTF-16 index; the entries of
///   other tokens are not looked at
/// @param ends where it ends
/// @param wordIds the word of the context it belongs to
public record AnswerWindow(
        float[] startLogits,
        float[] endLogits,
        boolean[] inContext,
        int[] starts,
        int[] ends,
        int[] wordIds) {

    /// Checks the lengths, and that the tokens of the context stand together.
    public AnswerWindow {
        int tokens = startLogits.length;
        if (tokens == 0
                || endLogits.length != tokens
                || inContext.length != tokens
                || starts.length != tokens
                || ends.length != tokens
                || wordIds.length != tokens) {
            throw new IllegalArgumentException(
                    "answer window: expected arrays of one length, found %d, %d, %d, %d, %d and %d"
                            .formatted(
                                    tokens,
                                    endLogits.length,
                                    inContext.length,
                                    starts.length,
                                    ends.length,
                                    wordIds.length));
        }
        if (inContext[0]) {
            throw new IllegalArgumentException(
                    "answer window: expected <s> as the first token, found one of the context");
        }
        int runs = 0;
        for (int t = 1; t < tokens; t++) {
            runs += inContext[t] && !inContext[t - 1] ? 1 : 0;
        }
        if (runs > 1) {
            throw new IllegalArgumentException(
                    "answer window: expected the tokens of the context in one piece, found %d"
                            .formatted(runs));
        }
    }

    /// Number of tokens T.
    public int size() {
        return startLogits.length;
    }

    /// The first token of the context; T if there is none.
    int contextStart() {
        int t = 0;
        while (t < size() && !inContext[t]) {
            t++;
        }
        return t;
    }

    /// One after the last token of the context.
    int contextEnd() {
        int t = contextStart();
        while (t < size() && inContext[t]) {
            t++;
        }
        return t;
    }
}
