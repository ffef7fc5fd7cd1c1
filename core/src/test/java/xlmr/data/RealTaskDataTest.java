package xlmr.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Real data: treebanks, questions and choices as published.
class RealTaskDataTest {

    @ParameterizedTest
    @CsvSource({"en, 21180", "de, 21332"})
    void everyWordOfATreebankLiesInItsText(String language, int words) {
        List<TaggedSentence> sentences =
                new TaggedReader(TaggedOptions.tagged())
                        .readAll(data("ud_pud/%s_pud.conllu".formatted(language)));

        assertThat(sentences).hasSize(1000);
        assertThat(sentences).allMatch(TaggedSentence::originalText);
        assertThat(sentences.stream().mapToInt(TaggedSentence::size).sum()).isEqualTo(words);
        assertThat(LabelSet.fromSentences(sentences).size()).isBetween(16, 17);
    }

    @ParameterizedTest
    @ValueSource(strings = {"en", "de"})
    void everyAnswerOfXquadLiesWhereItSays(String language) {
        List<Question> questions =
                QuestionReader.labelled().readAll(data("xquad/xquad.%s.json".formatted(language)));

        assertThat(questions).hasSize(1190);
        assertThat(questions)
                .allSatisfy(
                        question ->
                                assertThat(question.answers())
                                        .isNotEmpty()
                                        .allMatch(
                                                answer ->
                                                        answer.place() == Answer.Place.AS_STATED));
        assertThat(QuestionWarnings.of(questions, List.of())).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"val, 100", "test, 500"})
    void xcopaHasTwoChoicesEach(String part, int count) {
        List<ChoiceQuestion> questions =
                ChoiceReader.labelled().readAll(data("xcopa/%s.it.jsonl".formatted(part)));

        assertThat(questions).hasSize(count);
        assertThat(questions).allMatch(question -> question.choices().size() == 2);
        assertThat(questions.stream().map(ChoiceQuestion::question).distinct())
                .containsExactlyInAnyOrder("cause", "effect");
    }

    private static Path data(String name) {
        Path file =
                Path.of(System.getProperty("xlmr.repository", "."), "..", "shared", "data", name);
        assumeTrue(Files.exists(file), () -> "no data at " + file);
        return file;
    }
}
