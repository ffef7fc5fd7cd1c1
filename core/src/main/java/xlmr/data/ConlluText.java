package xlmr.data;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Puts the words of a sentence of CoNLL-U into its text: the text that a comment gives, if the
/// words are found in it one after the other, else one that is made of the words and their
/// `SpaceAfter=No`.
final class ConlluText {

    /// A sentence as a text.
    ///
    /// @param spans where each word is in it
    /// @param original whether it is the text that the file gives
    record Placed(String text, List<TextSpan> spans, boolean original) {}

    /// What stands in the text: a word, or several that were contracted.
    private record Token(String form, int words, boolean spaceAfter) {}

    private final List<Token> tokens = new ArrayList<>();
    private @Nullable String given;
    private int awaited;

    /// The text as the file gives it.
    void given(String text) {
        given = text;
    }

    /// The next `words` words are written as one.
    void surfaceToken(String form, int words, boolean spaceAfter) {
        tokens.add(new Token(form, words, spaceAfter));
        awaited = words;
    }

    /// One more word.
    void word(String form, boolean spaceAfter) {
        if (awaited > 0) {
            awaited--;
        } else {
            tokens.add(new Token(form, 1, spaceAfter));
        }
    }

    /// How many words of the last multiword token are still to come.
    int awaited() {
        return awaited;
    }

    Placed place() {
        String text = given;
        if (text != null) {
            List<TextSpan> spans = find(text);
            if (spans != null) {
                return new Placed(text, spans, true);
            }
        }
        StringBuilder made = new StringBuilder();
        List<TextSpan> spans = new ArrayList<>();
        boolean space = false;
        for (Token token : tokens) {
            made.append(space ? " " : "");
            add(spans, token, made.length());
            made.append(token.form());
            space = token.spaceAfter();
        }
        return new Placed(made.toString(), spans, false);
    }

    /// Null if the words are not those of the text.
    private @Nullable List<TextSpan> find(String text) {
        List<TextSpan> spans = new ArrayList<>();
        int position = 0;
        for (Token token : tokens) {
            position = pastSpaces(text, position);
            if (!text.startsWith(token.form(), position)) {
                return null;
            }
            add(spans, token, position);
            position += token.form().length();
        }
        return pastSpaces(text, position) == text.length() ? spans : null;
    }

    private static void add(List<TextSpan> spans, Token token, int start) {
        TextSpan span = new TextSpan(start, start + token.form().length());
        for (int i = 0; i < token.words(); i++) {
            spans.add(span);
        }
    }

    private static int pastSpaces(String text, int position) {
        int next = position;
        while (next < text.length()
                && (Character.isWhitespace(text.charAt(next))
                        || Character.isSpaceChar(text.charAt(next)))) {
            next++;
        }
        return next;
    }
}
