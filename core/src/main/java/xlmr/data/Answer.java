package xlmr.data;

/// An answer to a [Question]: a stretch of its context.
///
/// @param text the answer as the file gives it
/// @param start where it begins in the context, as a UTF-16 index; -1 if it is not there
/// @param place whether it lies where the file says
public record Answer(String text, int start, Place place) {

    /// How an answer was found.
    public enum Place {
        /// Where the file says.
        AS_STATED,
        /// A little beside where the file says.
        NEARBY,
        /// Not near where the file says: good for comparing texts, not for learning.
        NOT_FOUND
    }

    /// How far an answer may be from where it is said to be. Files that were changed after the
    /// places were counted (white space, normalization) are off by a few characters.
    private static final int NEARBY_CHARS = 32;

    public Answer {
        if ((start < 0) != (place == Place.NOT_FOUND)) {
            throw new IllegalArgumentException(
                    "answer: expected a start unless it was not found, found %d".formatted(start));
        }
    }

    /// Finds an answer in its context.
    ///
    /// @param stated where it begins, counted in code points as Python does or, if it is not found
    ///   there, in UTF-16 code units as JavaScript and Java do
    public static Answer in(String context, String text, long stated) {
        int codePoints = context.codePointCount(0, context.length());
        int byCodePoints =
                stated < 0 || stated > codePoints
                        ? -1
                        : context.offsetByCodePoints(0, (int) stated);
        if (byCodePoints >= 0 && context.startsWith(text, byCodePoints)) {
            return new Answer(text, byCodePoints, Place.AS_STATED);
        }
        if (stated >= 0 && stated <= context.length() && context.startsWith(text, (int) stated)) {
            return new Answer(text, (int) stated, Place.AS_STATED);
        }
        int around =
                byCodePoints >= 0 ? byCodePoints : (int) Math.clamp(stated, 0, context.length());
        for (int distance = 1; distance <= NEARBY_CHARS; distance++) {
            for (int start : new int[] {around - distance, around + distance}) {
                if (context.startsWith(text, start)) {
                    return new Answer(text, start, Place.NEARBY);
                }
            }
        }
        return new Answer(text, -1, Place.NOT_FOUND);
    }

    /// Whether the answer lies in the context.
    public boolean isLocated() {
        return place != Place.NOT_FOUND;
    }

    /// Where the answer lies in the context.
    ///
    /// @throws IllegalStateException if it was not found there
    public TextSpan span() {
        if (!isLocated()) {
            throw new IllegalStateException("an answer that is not in its context has no span");
        }
        return new TextSpan(start, start + text.length());
    }
}
