package xlmr.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import xlmr.data.DataWarning.Code;

class ChoiceWarningsTest {
    @Test
    void soundDataGivesNone() {
        assertThat(
                        ChoiceWarnings.of(
                                List.of(question(1, "", 0, "x", "y"), question(2, "", 1, "x", "y")),
                                List.of(question(1, "Why?", 0, "x", "y"))))
                .isEmpty();
    }

    @Test
    void aRightChoiceThatIsAlwaysAtTheSamePlaceIsFound() {
        assertThat(
                        ChoiceWarnings.of(
                                List.of(question(1, "", 1, "x", "y"), question(2, "", 1, "x", "z")),
                                List.of()))
                .extracting(DataWarning::code)
                .containsExactly(Code.SAME_PLACE);
    }

    @Test
    void equalChoicesBareWordsAndSharedQuestionsAreFoundWithTheirLine() {
        List<DataWarning> warnings =
                ChoiceWarnings.of(
                        List.of(
                                question(2, "", 0, "x", "y"),
                                question(3, "", 1, "x", "x"),
                                question(4, "cause", 1, "x", "y")),
                        List.of(question(7, "", 1, "y", "x"), question(8, "", 1, "x", "y")));
        assertThat(warnings)
                .extracting(DataWarning::code)
                .containsExactly(
                        Code.EQUAL_CHOICES, Code.BARE_QUESTION_WORDS, Code.VALIDATION_OVERLAP);
        assertThat(warnings)
                .extracting(DataWarning::sentence)
                .satisfiesExactly(
                        equal -> assertThat(equal).startsWith("1 of 3").endsWith("line 3"),
                        bare -> assertThat(bare).startsWith("1 of 3").endsWith("line 4"),
                        shared -> assertThat(shared).startsWith("1 of 2").endsWith("line 8"));
    }

    private static ChoiceQuestion question(
            int line, String question, int label, String... choices) {
        return new ChoiceQuestion(
                "a context", question, List.of(choices), OptionalInt.of(label), "a.jsonl", line);
    }
}
