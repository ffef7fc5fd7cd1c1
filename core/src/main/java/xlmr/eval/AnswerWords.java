package xlmr.eval;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/// Cuts an answer into the words that SQuAD compares. The reference is a Python program, so what is
/// a letter, a word or white space is what Python takes for one.
final class AnswerWords {

    private static final Set<String> ARTICLES = Set.of("a", "an", "the");
    private static final String PUNCTUATION = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";

    private AnswerWords() {}

    static List<String> of(String answer) {
        String plain = withoutPunctuation(answer.toLowerCase(Locale.ROOT));
        String text = withoutArticles(plain);
        List<String> words = new ArrayList<>();
        int start = -1;
        for (int i = 0; i <= text.length(); i++) {
            boolean space = i == text.length() || isSpace(text.charAt(i));
            if (space && start >= 0) {
                words.add(text.substring(start, i));
                start = -1;
            } else if (!space && start < 0) {
                start = i;
            }
        }
        return words;
    }

    private static String withoutPunctuation(String text) {
        StringBuilder kept = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            if (PUNCTUATION.indexOf(text.charAt(i)) < 0) {
                kept.append(text.charAt(i));
            }
        }
        return kept.toString();
    }

    /// An article is a run of letters and digits of its own, whatever other characters (an accent,
    /// a typographic quote) it touches. It leaves a space.
    private static String withoutArticles(String text) {
        StringBuilder kept = new StringBuilder(text.length());
        int i = 0;
        while (i < text.length()) {
            int end = i;
            while (end < text.length() && isWord(text.codePointAt(end))) {
                end += Character.charCount(text.codePointAt(end));
            }
            if (end == i) {
                kept.append(text.charAt(i));
                i++;
                continue;
            }
            String run = text.substring(i, end);
            kept.append(ARTICLES.contains(run) ? " " : run);
            i = end;
        }
        return kept.toString();
    }

    /// Python's `\w`: what `str.isalnum` takes; the underscore is punctuation and already gone.
    private static boolean isWord(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.UPPERCASE_LETTER,
                    Character.LOWERCASE_LETTER,
                    Character.TITLECASE_LETTER,
                    Character.MODIFIER_LETTER,
                    Character.OTHER_LETTER,
                    Character.DECIMAL_DIGIT_NUMBER,
                    Character.LETTER_NUMBER,
                    Character.OTHER_NUMBER ->
                    true;
            default -> false;
        };
    }

    /// Python's `str.isspace`.
    private static boolean isSpace(char c) {
        return c >= '\t' && c <= '\r'
                || c >= '\u001C' && c <= ' '
                || c == '\u0085'
                || Character.isSpaceChar(c);
    }
}
