package xlmr.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QuestionReaderTest {

    private static final String SQUAD =
            """
            {"version": "v2.0", "data": [
              {"title": "T", "paragraphs": [
                {"context": "😀 Ada Lovelace wrote it in 1843.",
                 "qas": [
                   {"id": "1", "question": "Who?", "is_impossible": false,
                    "answers": [{"text": "Ada Lovelace", "answer_start": 2}, {"text": "Ada", "answer_start": 3}]},
                   {"id": "2", "question": "Why?", "is_impossible": true, "answers": [],
                    "plausible_answers": [{"text": "it", "answer_start": 21}]}]},
                {"qas": [{"id": 3, "question": "When?", "answers": [{"text": "1843", "answer_start": 0}]}],
                 "context": "1843 it was."}
              ]}
            ]}
            """;

    @Test
    void readsSquadAndConvertsCodePointsToUtf16() {
        List<Question> questions = read("a.json", SQUAD);

        assertThat(questions).extracting(Question::id).containsExactly("1", "2", "3");
        assertThat(questions).extracting(Question::line).containsExactly(3L, 3L, 9L);
        assertThat(questions).extracting(Question::impossible).containsExactly(false, true, false);
        Question first = questions.getFirst();
        assertThat(first.answers())
                .containsExactly(
                        new Answer("Ada Lovelace", 3, Answer.Place.AS_STATED),
                        new Answer("Ada", 3, Answer.Place.AS_STATED)); // already UTF-16
        assertThat(first.answers().getFirst().span().of(first.context())).isEqualTo("Ada Lovelace");
        assertThat(QuestionWarnings.of(questions, List.of())).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"a.jsonl, false", "a.json, true", "standard input, false"})
    void readsFlatObjectsInLinesAndInAnArray(String name, boolean array) {
        String one =
                "{\"id\": \"1\", \"question\": \"Who?\", \"context\": \"Me.\", \"answers\":"
                        + " {\"text\": [\"Me\"], \"answer_start\": [0]}}";
        String none =
                "{\"question\": \"Why?\", \"context\": \"Me.\", \"answers\": {\"text\": [],"
                        + " \"answer_start\": []}}";
        List<Question> questions =
                read(name, array ? "[" + one + ",\n" + none + "]" : one + "\n\n" + none + "\n");

        assertThat(questions.getFirst().answerTexts()).containsExactly("Me");
        assertThat(questions.getLast().impossible()).isTrue();
        assertThat(questions.getLast().id()).isEqualTo(array ? "line 2" : "line 3");
    }

    @Test
    void flatObjectsMayStandInData() {
        assertThat(
                        read(
                                "a.json",
                                "{\"data\": [{\"question\": \"q\", \"context\": \"c\", \"answers\":"
                                        + " []}]}"))
                .hasSize(1);
    }

    @Test
    void withoutLabelsAnswersNeedNotBeThere() {
        List<Question> questions =
                QuestionReader.unlabelled()
                        .readAll(bytes("{\"question\": \"q\", \"context\": \"c\"}"), "a.jsonl");

        assertThat(questions.getFirst().isLabelled()).isFalse();
    }

    @Test
    void anAnswerBesideItsPlaceIsMovedAndSaid() {
        String context = "x".repeat(100) + " Rome is a city. Rome ";
        List<Question> questions =
                read(
                        "a.jsonl",
                        flat(context, "Rome", 99)
                                + flat(context, "Rome", 0)
                                + flat(context, "Paris", 5));

        assertThat(questions)
                .extracting(question -> question.answers().getFirst())
                .containsExactly(
                        new Answer("Rome", 101, Answer.Place.NEARBY),
                        new Answer("Rome", -1, Answer.Place.NOT_FOUND),
                        new Answer("Paris", -1, Answer.Place.NOT_FOUND));
        assertThat(QuestionWarnings.of(questions, questions.subList(0, 1)))
                .extracting(DataWarning::code)
                .containsExactly(
                        DataWarning.Code.ANSWERS_MOVED,
                        DataWarning.Code.ANSWERS_NOT_FOUND,
                        DataWarning.Code.REPEATED_IDS,
                        DataWarning.Code.VALIDATION_OVERLAP);
        assertThat(QuestionWarnings.of(questions, List.of()).get(1).sentence())
                .startsWith("2 answers are not in their context")
                .endsWith("the first: line 2, question 'i'");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    {"data": 3}                              | a.json: holds no question
                    {"data": [3]}                            | a.json, line 1: expected an object, such as SQuAD's {"data": [...]} or one with 'question' and 'context', found VALUE_NUMBER_INT
                    {"question": "q"}                        | a.json, line 1: no field 'context'; the fields are 'question'
                    {"question": " ", "context": "c"}        | a.json, line 1: question 'line 1': the question is blank
                    {"question": "q", "context": "c"}        | a.json, line 1: no field 'answers'; the fields are 'question', 'context'
                    {"question": "q", "context": "c", "answers": "c"} | a.json, line 1: question 'line 1': expected answers like [{"text": "...", "answer_start": 0}] or {"text": ["..."], "answer_start": [0]}, found "c"
                    {"question": "q", "context": "c", "answers": [{"text": "c", "answer_start": 0.5}]} | a.json, line 1: question 'line 1': expected a whole number as answer_start, found 0.5
                    {"question": "q", "context": "c", "answers": [3]} | a.json, line 1: question 'line 1': expected the text of an answer, found none
                    {"id": "7", "question": "q", "context": "c", "is_impossible": true, "answers": [{"text": "c", "answer_start": 0}]} | a.json, line 1: question '7': is impossible, yet has 1 answers
                    {"data": [                               | a.json, line 1: not JSON: Unexpected end-of-input: expected close marker for Array (start marker at [Source: (xlmr.data.RecordLimit); line: 1, column: 10])
                    """)
    void saysWhatIsWrongAndWhere(String json, String message) {
        assertThatThrownBy(() -> read("a.json", json))
                .isInstanceOf(DataException.class)
                .hasMessageStartingWith(message.length() > 60 ? message.substring(0, 60) : message)
                .hasMessageContaining(message.contains("not JSON") ? "not JSON" : message);
    }

    @Test
    void hostileFilesAreRefused() {
        assertThatThrownBy(() -> read("a.json", "[".repeat(100_000)))
                .isInstanceOf(DataException.class);
        assertThatThrownBy(() -> read("a.json", "{\"a\":".repeat(100_000)))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("depth");
        QuestionReader small = QuestionReader.labelled().withLimits(new ReadLimits(1000, 5));
        assertThatThrownBy(
                        () ->
                                small.readAll(
                                        bytes("{\"a\": [" + "1,".repeat(100_000) + "1]}"),
                                        "a.json"))
                .hasMessage("a.json: a record is longer than 1000 characters");
        assertThatThrownBy(() -> small.readAll(bytes(flat("c", "c", 0).repeat(6)), "a.jsonl"))
                .hasMessage(
                        "a.jsonl, line 6: question 'i': more than 5 questions, too many to hold at"
                                + " once");
    }

    private static String flat(String context, String answer, int start) {
        return ("{\"id\": \"i\", \"question\": \"q\", \"context\": \"%s\", \"answers\": [{\"text\":"
                        + " \"%s\", \"answer_start\": %d}]}\n")
                .formatted(context, answer, start);
    }

    private static List<Question> read(String name, String text) {
        return QuestionReader.labelled().readAll(bytes(text), name);
    }

    private static ByteArrayInputStream bytes(String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    }
}
