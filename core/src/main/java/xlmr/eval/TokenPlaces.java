package xlmr.eval;

import xlmr.data.TextSpan;

/// Where tokens are in a text. Tokens may share characters: a lone `▁` before `東` is given the
/// place of `東`, and `½`, of which normalization makes `1⁄2`, may be cut into tokens that all have
/// the place of `½`. A shared character is counted to the last of them, so that stretches of tokens
/// that do not overlap have places that do not.
final class TokenPlaces {

    private TokenPlaces() {}

    /// Checks the places of the tokens from `from` to before `to`.
    ///
    /// @throws IllegalArgumentException if a place is not in the text or begins before the last
    static void check(int[] starts, int[] ends, int from, int to, int length) {
        int least = 0;
        for (int t = from; t < to; t++) {
            if (starts[t] < least || ends[t] < starts[t] || ends[t] > length) {
                throw new IllegalArgumentException(
                        "tokens: expected places in their order in a text of %d, found %d to %d at token %d"
                                .formatted(length, starts[t], ends[t], t));
            }
            least = starts[t];
        }
    }

    /// Where the tokens `first` to `last` are in the text, without white space at the ends.
    ///
    /// @param after one after the last token that counts: tokens from there on have no place
    static TextSpan span(String text, int[] starts, int[] ends, int first, int last, int after) {
        int end = ends[last];
        if (last + 1 < after) {
            end = Math.min(end, starts[last + 1]);
        }
        return new TextSpan(starts[first], Math.max(starts[first], end)).strippedIn(text);
    }
}
