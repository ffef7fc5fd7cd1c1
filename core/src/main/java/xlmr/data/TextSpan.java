package xlmr.data;

/// A stretch of a text, in UTF-16 code units as `String.substring` counts them.
///
/// @param start the first code unit
/// @param end the one after the last
public record TextSpan(int start, int end) {

    public TextSpan {
        if (start < 0 || end < start) {
            throw new IllegalArgumentException(
                    "span: expected 0 <= start <= end, found %d and %d".formatted(start, end));
        }
    }

    /// Number of code units.
    public int length() {
        return end - start;
    }

    /// What stands there in `text`.
    public String of(String text) {
        return text.substring(start, end);
    }

    /// Whether both share a code unit.
    public boolean overlaps(TextSpan other) {
        return Math.max(start, other.start) < Math.min(end, other.end);
    }

    /// The span without white space at its ends; where it is nothing else, the empty span at its
    /// start.
    public TextSpan strippedIn(String text) {
        int from = start;
        int to = end;
        while (from < to && isSpace(text.charAt(from))) {
            from++;
        }
        while (to > from && isSpace(text.charAt(to - 1))) {
            to--;
        }
        return from == to ? new TextSpan(start, start) : new TextSpan(from, to);
    }

    /// White space in the sense of a reader: no-break spaces, too. None lies outside the BMP.
    private static boolean isSpace(char c) {
        return Character.isWhitespace(c) || Character.isSpaceChar(c) || c == '\u0085';
    }
}
