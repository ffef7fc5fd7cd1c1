package xlmr.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ChoiceReaderTest {

    @Test
    void readsXcopa() {
        ChoiceQuestion question =
                read(
                                "a.jsonl",
                                "{\"premise\": \"P.\", \"choice1\": \"A.\", \"choice2\": \"B.\","
                                        + " \"question\": \"effect\", \"label\": 1, \"idx\": 0}")
                        .getFirst();

        assertThat(question)
                .isEqualTo(
                        new ChoiceQuestion(
                                "P.",
                                "effect",
                                List.of("A.", "B."),
                                OptionalInt.of(1),
                                "a.jsonl",
                                1));
        assertThat(question.continuation(1)).isEqualTo("effect B.");
    }

    @ParameterizedTest
    @CsvSource({"2, 2", "'\"C\"', 2", "'\"x\"', 0", "'\"1\"', 1", "'\"y z\"', 1"})
    void theLabelIsANumberALetterOrTheChoice(String label, int expected) {
        assertThat(
                        read(
                                        "a.jsonl",
                                        ("{\"context\": \"c\", \"choices\": [\"x\", \"y z\","
                                                        + " \"w\"], \"answer\": %s}")
                                                .formatted(label))
                                .getFirst()
                                .label())
                .hasValue(expected);
    }

    @Test
    void readsSwag() {
        List<ChoiceQuestion> questions =
                read(
                        "a.csv",
                        ",video-id,sent1,sent2,ending3,ending0,ending1,ending2,label\n"
                                + "0,v,\"She sits, then\",She,d,a,b,c,3\n");

        assertThat(questions.getFirst().choices()).containsExactly("a", "b", "c", "d");
        assertThat(questions.getFirst().label()).hasValue(3);
        assertThat(questions.getFirst().continuation(3)).isEqualTo("She d");
        assertThat(questions.getFirst().line()).isEqualTo(2);
    }

    @Test
    void withoutLabelsTheyAreNotLookedAt() {
        String line = "{\"context\": \"c\", \"choices\": [\"x\", \"y\"], \"label\": \"?\"}";

        assertThat(ChoiceReader.unlabelled().readAll(bytes(line), "a.jsonl").getFirst().label())
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    a.jsonl | {"context": "c", "choices": ["x"], "label": 0}       | a.jsonl, line 1: expected two or more choices, found 1
                    a.jsonl | {"context": "c", "choices": ["x", "y"], "label": 2}  | a.jsonl, line 1: expected as label a number from 0 to 1, a letter from A, or the text of one choice, found '2'
                    a.jsonl | {"context": "c", "choices": ["x", "y"], "label": -1} | a.jsonl, line 1: expected a label in field 'label' or 'answer', found none
                    a.jsonl | {"context": "c", "choices": ["x", " "], "label": 1}  | a.jsonl, line 1: a choice is blank
                    a.jsonl | {"context": "c", "label": 1}                         | a.jsonl, line 1: expected a field 'context', 'premise' or 'sent1', and the choices in 'choices' or in numbered fields such as 'choice1', 'choice2' or 'ending0', found 'context', 'label'
                    a.csv   | sent1,ending0,ending1,label\\nc,x,y                  | a.csv, line 2: expected 4 fields as in the header, found 3
                    a.csv   | sent1,ending0,ending1,label                          | a.csv: holds no question
                    """)
    void saysWhatIsWrongAndWhere(String name, String text, String message) {
        assertThatThrownBy(() -> read(name, text.replace("\\n", "\n")))
                .isInstanceOf(DataException.class)
                .hasMessage(message);
    }

    private static List<ChoiceQuestion> read(String name, String text) {
        return ChoiceReader.labelled().readAll(bytes(text), name);
    }

    private static ByteArrayInputStream bytes(String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    }
}
