package xlmr.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class SpanReportTest {

    private static final Offset<Double> EXACT = within(MetricsFixture.EXACT);

    @Test
    void scoresAnswersAsTheOfficialProgram() {
        JsonNode fixture = MetricsFixture.read("squad.json");
        double exact = 0;
        double f1 = 0;
        for (JsonNode test : fixture.get("cases")) {
            String prediction = test.get("prediction").textValue();
            AnswerScore score =
                    AnswerScore.best(
                            prediction, MetricsFixture.texts(test.get("truths")), SquadVersion.V2);

            assertThat(String.join(" ", AnswerScore.words(prediction)))
                    .isEqualTo(test.get("normalized_prediction").textValue());
            assertThat(score.exact()).as("%s", test).isEqualTo(number(test, "exact_match"));
            assertThat(score.f1()).as("%s", test).isEqualTo(number(test, "f1"), EXACT);
            exact += score.exact();
            f1 += score.f1();
        }
        int count = fixture.get("cases").size();
        assertThat(100 * exact / count).isEqualTo(number(fixture, "exact_match_percent"), EXACT);
        assertThat(100 * f1 / count).isEqualTo(number(fixture, "f1_percent"), EXACT);
    }

    @Test
    void thresholdsAndPartsAreThoseOfTheEvaluationOfVersion2() {
        for (JsonNode test : MetricsFixture.read("squad_evaluation.json").get("cases")) {
            SpanReport report =
                    SpanReport.of(questions(test), Double.NaN, test.get("threshold").doubleValue());
            JsonNode expected = test.get("expected");

            assertThat(report.version()).isEqualTo(SquadVersion.V2);
            assertPart(expected, "", report.all());
            assertPart(expected, "HasAns_", Objects.requireNonNull(report.withAnswer()));
            assertPart(expected, "NoAns_", Objects.requireNonNull(report.withoutAnswer()));
            AnswerThreshold exact = Objects.requireNonNull(report.bestExact());
            AnswerThreshold f1 = Objects.requireNonNull(report.bestF1());
            assertThat(100 * exact.score()).isEqualTo(number(expected, "best_exact"), EXACT);
            assertThat(exact.value()).isEqualTo(number(expected, "best_exact_thresh"));
            assertThat(100 * f1.score()).isEqualTo(number(expected, "best_f1"), EXACT);
            assertThat(f1.value()).isEqualTo(number(expected, "best_f1_thresh"));
        }
    }

    @Test
    void version1KnowsNoEmptyAnswers() {
        assertThat(AnswerScore.best("the", List.of("a"), SquadVersion.V1))
                .isEqualTo(new AnswerScore(1, 0));
        assertThat(AnswerScore.best("the", List.of("a"), SquadVersion.V2))
                .isEqualTo(new AnswerScore(1, 1));
        SpanReport report =
                SpanReport.of(
                        List.of(
                                AnsweredQuestion.of("the Rhine", List.of("Rhine", "it")),
                                AnsweredQuestion.of("red fox", List.of("fox"))),
                        1.5,
                        0);

        assertThat(report.version()).isEqualTo(SquadVersion.V1);
        assertThat(report.all().exact()).isEqualTo(0.5);
        assertThat(report.f1()).isEqualTo((1 + 2.0 / 3) / 2, EXACT);
        assertThat(report.bestF1()).isNull();
        assertThat(ReportText.of(report))
                .startsWith("2 questions, scored by the rules of SQuAD 1.1\n  exact match")
                .contains("50.0 % of the answers to questions that have one are exactly right");
        assertThat(ReportJson.of(report).get("rules").textValue()).isEqualTo("squad_1.1");
        assertThat(ReportJson.of(report).has("without_answer")).isFalse();
    }

    @Test
    void whatIsSuspiciousIsSaid() {
        AnsweredQuestion silent = new AnsweredQuestion("x", 5, List.of());
        AnsweredQuestion wrong = new AnsweredQuestion("x", -5, List.of("y"));
        AnsweredQuestion tooSilent = new AnsweredQuestion("y", 2, List.of("y"));

        assertThat(codes(List.of(wrong, new AnsweredQuestion("x", -1, List.of()))))
                .contains(Verdict.Code.NO_ANSWER_NEVER_GIVEN, Verdict.Code.ANSWERS_NEVER_RIGHT);
        assertThat(codes(List.of(silent, tooSilent)))
                .contains(Verdict.Code.NO_ANSWER_GIVEN_TOO_OFTEN, Verdict.Code.THRESHOLD_NOT_BEST);
        assertThat(codes(List.of(AnsweredQuestion.of("東京", List.of("東京")))))
                .contains(Verdict.Code.ANSWERS_WITHOUT_SPACES);
        assertThatThrownBy(() -> SpanReport.of(List.of(), 0, 0))
                .hasMessage("answers: expected at least one, found none");
        assertThat(ReportText.of(SpanReport.of(List.of(silent, tooSilent), 1, 0)))
                .contains(
                        """
                        Questions with and without an answer
                                          questions  exact match      F1
                          with an answer          1       0.0000  0.0000
                          without                 1       1.0000  1.0000
                          best exact match 1.0000 at the no-answer threshold 2.0000
                        """);
    }

    private static List<Verdict.Code> codes(List<AnsweredQuestion> questions) {
        return SpanReport.of(questions, 1, 0).verdicts().stream().map(Verdict::code).toList();
    }

    private static List<AnsweredQuestion> questions(JsonNode test) {
        List<AnsweredQuestion> questions = new ArrayList<>();
        List<List<String>> truths = MetricsFixture.sentences(test.get("truths"));
        for (int i = 0; i < truths.size(); i++) {
            questions.add(
                    new AnsweredQuestion(
                            test.get("predictions").get(i).textValue(),
                            test.get("no_answer").get(i).doubleValue(),
                            truths.get(i)));
        }
        return questions;
    }

    private static void assertPart(JsonNode expected, String prefix, SpanReport.Part part) {
        assertThat(part.questions()).isEqualTo(expected.get(prefix + "total").intValue());
        assertThat(100 * part.exact()).isEqualTo(number(expected, prefix + "exact"), EXACT);
        assertThat(100 * part.f1()).isEqualTo(number(expected, prefix + "f1"), EXACT);
    }

    private static double number(JsonNode node, String name) {
        return node.get(name).doubleValue();
    }
}
