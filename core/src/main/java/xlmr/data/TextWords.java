package xlmr.data;

import java.util.ArrayList;
import java.util.List;

/// Cuts plain text into words as treebanks do, roughly: letters and digits together, punctuation
/// and symbols each for itself. `don't`, `well-known` and `3.5` stay whole.
///
/// Scripts that are written without spaces come as one word each run; [#isWrittenWithoutSpaces]
/// tells which.
public final class TextWords {
    private static final int ZERO_WIDTH_NON_JOINER = 0x200C;
    private static final int ZERO_WIDTH_JOINER = 0x200D;

    private TextWords() {}

    /// Where the words are. White space, control and format characters belong to none.
    public static List<TextSpan> spans(String text) {
        List<TextSpan> spans = new ArrayList<>();
        int at = 0;
        while (at < text.length()) {
            int codePoint = text.codePointAt(at);
            int next = at + Character.charCount(codePoint);
            if (isVisible(codePoint)) {
                int end = isWordPart(codePoint) ? wordEnd(text, next) : symbolEnd(text, next);
                spans.add(new TextSpan(at, end));
                next = end;
            }
            at = next;
        }
        return spans;
    }

    /// Whether a word has characters of Chinese, Japanese, Thai, Lao, Khmer or Burmese, where
    /// spaces do not tell words apart.
    public static boolean isWrittenWithoutSpaces(String word) {
        return word.codePoints()
                .anyMatch(
                        codePoint ->
                                switch (Character.UnicodeScript.of(codePoint)) {
                                    case HAN, HIRAGANA, KATAKANA, THAI, LAO, KHMER, MYANMAR -> true;
                                    default -> false;
                                });
    }

    private static int wordEnd(String text, int from) {
        int at = from;
        while (at < text.length()) {
            int codePoint = text.codePointAt(at);
            int next = at + Character.charCount(codePoint);
            boolean inside =
                    isWordPart(codePoint)
                            || codePoint == ZERO_WIDTH_NON_JOINER
                            || codePoint == ZERO_WIDTH_JOINER
                            || (next < text.length() && joins(text, at, next));
            if (!inside) {
                break;
            }
            at = next;
        }
        return at;
    }

    /// Whether the character at `at` holds the word before it and that at `next` together.
    private static boolean joins(String text, int at, int next) {
        int before = text.codePointBefore(at);
        int after = text.codePointAt(next);
        return switch (text.charAt(at)) {
            case '\'', '\u2019', '-', '\u2010', '\u00B7' ->
                    Character.isLetterOrDigit(after) && isWordPart(before);
            case '.', ',', ':' -> Character.isDigit(before) && Character.isDigit(after);
            default -> false;
        };
    }

    /// A symbol takes along what changes its looks: marks, skin tones, and what is joined to it.
    private static int symbolEnd(String text, int from) {
        int at = from;
        while (at < text.length()) {
            int codePoint = text.codePointAt(at);
            int next = at + Character.charCount(codePoint);
            if (codePoint == ZERO_WIDTH_JOINER && next < text.length()) {
                at = next + Character.charCount(text.codePointAt(next));
            } else if (isMark(codePoint) || Character.isEmojiModifier(codePoint)) {
                at = next;
            } else {
                break;
            }
        }
        return at;
    }

    private static boolean isVisible(int codePoint) {
        return !Character.isWhitespace(codePoint)
                && !Character.isSpaceChar(codePoint)
                && !Character.isISOControl(codePoint)
                && Character.getType(codePoint) != Character.FORMAT;
    }

    private static boolean isWordPart(int codePoint) {
        return Character.isLetterOrDigit(codePoint) || isMark(codePoint) || codePoint == '_';
    }

    private static boolean isMark(int codePoint) {
        int type = Character.getType(codePoint);
        return type == Character.NON_SPACING_MARK
                || type == Character.COMBINING_SPACING_MARK
                || type == Character.ENCLOSING_MARK;
    }
}
