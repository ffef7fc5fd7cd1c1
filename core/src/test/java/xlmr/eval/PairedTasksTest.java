package xlmr.eval;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/// Two models of every task but one label a text, against scikit-learn, SciPy and seqeval; see
/// `tests/reference/paired.py`.
class PairedTasksTest {
    private static final JsonNode FIXTURE = MetricsFixture.read("paired.json");
    private static final int ROUNDS = 20_000;

    /// Four standard errors of a share of so many rounds.
    private static final double DRAWN_PROBABILITY = 0.015;

    /// Bounds of 4,000 draws of twelve examples, which lie far from each other.
    private static final double DRAWN = 0.05;

    private static void assertAsReference(String task, Function<JsonNode, PairedAnswers> answers) {
        for (JsonNode data : FIXTURE.get(task)) {
            PairedComparison found = PairedComparison.of(answers.apply(data), ROUNDS, 3);
            JsonNode scores = data.get("scores");
            assertThat(found.scores()).hasSize(scores.size());
            for (ComparedScore score : found.scores()) {
                JsonNode expected = scores.get(score.key());
                assertThat(score.first())
                        .as(score.key())
                        .isCloseTo(expected.get(0).doubleValue(), within(1e-9));
                assertThat(score.second())
                        .as(score.key())
                        .isCloseTo(expected.get(1).doubleValue(), within(1e-9));
            }
            DifferenceInterval interval = found.scores().getFirst().interval();
            assertThat(interval.low())
                    .isCloseTo(data.get("interval").get(0).doubleValue(), within(DRAWN));
            assertThat(interval.high())
                    .isCloseTo(data.get("interval").get(1).doubleValue(), within(DRAWN));
            assertThat(requireNonNull(found.randomization()).probability())
                    .isCloseTo(data.get("p").doubleValue(), within(DRAWN_PROBABILITY));
        }
    }

    private static PairedAnswers numbers(JsonNode data) {
        return new PairedAnswers.Numbers(
                MetricsFixture.doubles(data.get("truth")),
                MetricsFixture.doubles(data.get("a")),
                MetricsFixture.doubles(data.get("b")));
    }

    private static PairedAnswers tags(JsonNode data) {
        List<List<String>> truth = MetricsFixture.sentences(data.get("truth"));
        return new PairedAnswers.Tags(
                truth, // the words play no part
                truth,
                MetricsFixture.sentences(data.get("a")),
                MetricsFixture.sentences(data.get("b")),
                true,
                null);
    }

    private static PairedAnswers labels(JsonNode data) {
        return new PairedAnswers.Labels(
                List.of("a", "b", "c", "d"),
                flags(data.get("truth")),
                flags(data.get("a")),
                flags(data.get("b")));
    }

    private static boolean[][] flags(JsonNode rows) {
        boolean[][] flags = new boolean[rows.size()][rows.get(0).size()];
        for (int i = 0; i < flags.length; i++) {
            for (int k = 0; k < flags[i].length; k++) {
                flags[i][k] = rows.get(i).get(k).booleanValue();
            }
        }
        return flags;
    }

    @Test
    void numbersAreComparedByTheirErrors() {
        assertAsReference("numbers", PairedTasksTest::numbers);
        PairedComparison found = PairedComparison.of(numbers(FIXTURE.get("numbers").get(1)), 99, 0);
        assertThat(found.scores().getFirst().secondIsBetter()).as("more error").isFalse();
        assertThat(ComparisonText.sentence(found))
                .contains("mean squared error is 0.163 for A, 0.606 for B");
    }

    @Test
    void entitiesAreComparedSentenceBySentence() {
        assertAsReference("tags", PairedTasksTest::tags);
        PairedComparison found = PairedComparison.of(tags(FIXTURE.get("tags").get(0)), ROUNDS, 0);
        assertThat(ComparisonText.sentence(found)).startsWith("B is better, and not by chance");
        assertThat(found.rightness()).as("entities of a sentence are not one answer").isNull();
    }

    @Test
    void severalLabelsAreComparedByMicroF1() {
        assertAsReference("labels", PairedTasksTest::labels);
    }

    @Test
    void whatDiffersInASentenceIsNamedByItsWords() {
        PairedComparison found =
                PairedComparison.of(
                        new PairedAnswers.Tags(
                                List.of(List.of("Ada", "Byron", "in", "Rome"), List.of("Yes")),
                                List.of(List.of("B-PER", "I-PER", "O", "B-LOC"), List.of("O")),
                                List.of(List.of("B-PER", "O", "O", "B-LOC"), List.of("O")),
                                List.of(List.of("B-PER", "I-PER", "O", "B-LOC"), List.of("O")),
                                true,
                                null),
                        50,
                        0);
        assertThat(found.differences())
                .containsExactly(
                        new PairedComparison.Difference(
                                0,
                                List.of("PER: Ada Byron"),
                                List.of("PER: Ada"),
                                List.of("PER: Ada Byron"),
                                2));
        assertThat(found.classes()).extracting(one -> one.first().name()).contains("LOC", "PER");
    }

    @Test
    void tagsThatMarkNoEntitiesAreComparedAsTheyAre() {
        PairedComparison found =
                PairedComparison.of(
                        new PairedAnswers.Tags(
                                List.of(List.of("Ada", "runs"), List.of("Run")),
                                List.of(List.of("PROPN", "VERB"), List.of("VERB")),
                                List.of(List.of("PROPN", "NOUN"), List.of("VERB")),
                                List.of(List.of("PROPN", "VERB"), List.of("NOUN")),
                                false,
                                null),
                        50,
                        0);
        assertThat(found.score("accuracy").first()).isCloseTo(2.0 / 3, within(1e-12));
        assertThat(found.score("accuracy").second()).isCloseTo(2.0 / 3, within(1e-12));
        assertThat(requireNonNull(found.randomization()).probability()).isEqualTo(1);
        assertThat(found.differences().getFirst().first()).containsExactly("NOUN: runs");
    }

    @Test
    void answersAreComparedByF1AndExactMatchesByMcNemar() {
        PairedComparison found =
                PairedComparison.of(
                        new PairedAnswers.Spans(
                                List.of(
                                        AnsweredQuestion.of("Paris", List.of("Paris")),
                                        AnsweredQuestion.of("in Rome", List.of("Rome")),
                                        new AnsweredQuestion("Oslo", 2, List.of())),
                                List.of(
                                        AnsweredQuestion.of("Paris", List.of("Paris")),
                                        AnsweredQuestion.of("Rome", List.of("Rome")),
                                        new AnsweredQuestion("Oslo", -2, List.of())),
                                0),
                        50,
                        0);
        assertThat(found.score("f1").first()).isCloseTo((1 + 2.0 / 3 + 1) / 3, within(1e-12));
        assertThat(found.score("exact_match").second()).isCloseTo(2.0 / 3, within(1e-12));
        assertThat(requireNonNull(found.rightness()).onlyFirst()).isEqualTo(1);
        assertThat(requireNonNull(found.rightness()).onlySecond()).isEqualTo(1);
        assertThat(found.differences())
                .extracting(PairedComparison.Difference::first)
                .containsExactly(List.of("in Rome"), List.of());
        assertThat(found.differences().getFirst().gain()).isCloseTo(1.0 / 3, within(1e-12));
    }

    @Test
    void choicesAreRightOrWrong() {
        PairedComparison found =
                PairedComparison.of(
                        new PairedAnswers.Choices(
                                new int[] {0, 1, 2, 1},
                                new int[] {0, 0, 2, 0},
                                new int[] {0, 1, 2, 1}),
                        50,
                        0);
        assertThat(found.score("accuracy").first()).isEqualTo(0.5);
        assertThat(requireNonNull(found.rightness()).onlySecond()).isEqualTo(2);
        assertThat(found.randomization()).isNull();
        assertThat(ComparisonText.sentence(found))
                .startsWith("This cannot be told from chance: B gets 4 of 4 questions right");
    }
}
