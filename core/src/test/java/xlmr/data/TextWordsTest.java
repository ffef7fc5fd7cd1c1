package xlmr.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class TextWordsTest {
    @Test
    void punctuationStandsForItself() {
        assertThat(words("\"Hi,\" said Mr. Comey (28th)…"))
                .containsExactly(
                        "\"", "Hi", ",", "\"", "said", "Mr", ".", "Comey", "(", "28th", ")", "…");
    }

    @Test
    void apostrophesHyphensAndNumbersStayWhole() {
        assertThat(words("don't l’été well-known 3.5 10:30 1,000,000"))
                .containsExactly("don't", "l’été", "well-known", "3.5", "10:30", "1,000,000");
    }

    @Test
    void whatOnlyLooksLikeAJointIsPunctuation() {
        assertThat(words("'tis one- two, 3. a:b"))
                .containsExactly("'", "tis", "one", "-", "two", ",", "3", ".", "a", ":", "b");
    }

    @Test
    void marksAndJoinersBelongToTheirLetters() {
        assertThat(words("e\u0301te\u0301 می\u200Cخواهم हिन्दी"))
                .containsExactly("e\u0301te\u0301", "می\u200Cخواهم", "हिन्दी");
    }

    @Test
    void anEmojiOfSeveralCharactersIsOneWord() {
        assertThat(words("a👩\u200D👩\u200D👧👍🏽!"))
                .containsExactly("a", "👩\u200D👩\u200D👧", "👍🏽", "!");
    }

    @Test
    void whiteSpaceAndInvisibleCharactersAreNoWords() {
        assertThat(words(" \t\n\u00A0\u3000\u200B\uFEFF\u0000")).isEmpty();
        assertThat(words("")).isEmpty();
    }

    @Test
    void aLoneJoinerAtTheEndIsNotReadBeyond() {
        assertThat(words("👩\u200D")).containsExactly("👩");
        assertThat(words("a'")).containsExactly("a", "'");
        assertThat(words("\uD83D")).containsExactly("\uD83D");
    }

    @Test
    void knowsTheScriptsWithoutSpaces() {
        assertThat(List.of("東京", "ひらがな", "ฉันรัก", "x東"))
                .allMatch(TextWords::isWrittenWithoutSpaces);
        assertThat(List.of("Tokyo", "한국어", "Москва", "हिन्दी"))
                .noneMatch(TextWords::isWrittenWithoutSpaces);
    }

    private static List<String> words(String text) {
        return TextWords.spans(text).stream().map(span -> span.of(text)).toList();
    }
}
