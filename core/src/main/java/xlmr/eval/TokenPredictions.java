package xlmr.eval;

/// What a model says of the tokens of one text, added special tokens left out. The arrays have one
/// entry a token and are not to be changed.
///
/// @param text the text that the places are in
/// @param probabilities of the labels, `[T][K]`
/// @param starts where each token begins in the text, as a UTF-16 index; never decreasing
/// @param ends where it ends
/// @param wordIds the word it belongs to; never decreasing
/// @param unknown whether it is the piece for unknown text
public record TokenPredictions(
        String text,
        float[][] probabilities,
        int[] starts,
        int[] ends,
        int[] wordIds,
        boolean[] unknown) {

    /// Checks the lengths, and that all places are in the text and in order.
    public TokenPredictions {
        int tokens = probabilities.length;
        if (starts.length != tokens
                || ends.length != tokens
                || wordIds.length != tokens
                || unknown.length != tokens) {
            throw new IllegalArgumentException(
                    "token predictions: expected %d entries in every array, found %d, %d, %d and %d"
                            .formatted(
                                    tokens,
                                    starts.length,
                                    ends.length,
                                    wordIds.length,
                                    unknown.length));
        }
        TokenPlaces.check(starts, ends, 0, tokens, text.length());
        for (float[] row : probabilities) {
            if (row.length != probabilities[0].length || row.length == 0) {
                throw new IllegalArgumentException(
                        "token predictions: expected %d probabilities a token, found %d"
                                .formatted(probabilities[0].length, row.length));
            }
        }
    }

    /// Number of tokens T.
    public int size() {
        return probabilities.length;
    }
}
