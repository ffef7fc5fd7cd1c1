package xlmr.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static xlmr.eval.MetricsFixture.EXACT;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ClassificationScoresTest {

    static Stream<Named<JsonNode>> cases() {
        return MetricsFixture.read("classification.json")
                .get("cases")
                .valueStream()
                .map(node -> Named.of(node.get("name").textValue(), node));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void equalsScikitLearn(JsonNode node) {
        int classes = node.get("labels").size();
        ConfusionMatrix confusion =
                ConfusionMatrix.of(
                        MetricsFixture.ints(node.get("y_true")),
                        MetricsFixture.ints(node.get("y_pred")),
                        classes);
        JsonNode expected = node.get("expected");

        assertThat(confusion.toArray())
                .isDeepEqualTo(
                        MetricsFixture.JSON.convertValue(
                                expected.get("confusion_matrix"), int[][].class));
        for (int zeroDivision = 0; zeroDivision <= 1; zeroDivision++) {
            ClassificationScores scores =
                    ClassificationScores.of(
                            confusion,
                            MetricsFixture.names(classes),
                            zeroDivision,
                            AveragedClasses.ALL);
            assertSame(scores.accuracy(), expected.get("accuracy"));
            assertSame(scores.balancedAccuracy(), expected.get("balanced_accuracy"));
            assertSame(scores.matthews(), expected.get("matthews"));
            assertSame(scores.kappa(), expected.get("cohen_kappa"));
            String suffix = "_zero_division_" + zeroDivision;
            assertSame(scores.averages().micro(), expected.get("micro" + suffix));
            assertSame(scores.averages().macro(), expected.get("macro" + suffix));
            assertSame(scores.averages().weighted(), expected.get("weighted" + suffix));
            JsonNode perClass = expected.get("per_class" + suffix);
            for (int k = 0; k < classes; k++) {
                ClassScore scored = scores.perClass().get(k);
                assertSame(scored.score().precision(), perClass.get("precision").get(k));
                assertSame(scored.score().recall(), perClass.get("recall").get(k));
                assertSame(scored.score().f1(), perClass.get("f1").get(k));
                assertThat(scored.support()).isEqualTo(perClass.get("support").get(k).longValue());
            }
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void averagesOverOccurringClassesAsScikitLearnDoesByItself(JsonNode node) {
        int classes = node.get("labels").size();
        ClassificationScores scores =
                ClassificationScores.of(
                        ConfusionMatrix.of(
                                MetricsFixture.ints(node.get("y_true")),
                                MetricsFixture.ints(node.get("y_pred")),
                                classes),
                        MetricsFixture.names(classes),
                        0,
                        AveragedClasses.OCCURRING);

        assertSame(
                scores.averages().macro(), node.get("expected").get("macro_present_classes_only"));
        assertSame(
                scores.averages().weighted(),
                node.get("expected").get("weighted_present_classes_only"));
    }

    @Test
    void equalsCountingByHandOnRandomAnswers() {
        var random = new SplittableRandom(11);
        for (int trial = 0; trial < 200; trial++) {
            int classes = random.nextInt(2, 6);
            int n = random.nextInt(1, 30);
            int[] labels = random.ints(n, 0, classes).toArray();
            int[] predictions = random.ints(n, 0, classes).toArray();
            ClassificationScores scores =
                    ClassificationScores.of(
                            ConfusionMatrix.of(labels, predictions, classes),
                            MetricsFixture.names(classes),
                            0,
                            AveragedClasses.ALL);
            double macro = 0;
            int allRight = 0;
            for (int k = 0; k < classes; k++) {
                int right = 0;
                int wronglyYes = 0;
                int missed = 0;
                for (int i = 0; i < n; i++) {
                    right += labels[i] == k && predictions[i] == k ? 1 : 0;
                    wronglyYes += labels[i] != k && predictions[i] == k ? 1 : 0;
                    missed += labels[i] == k && predictions[i] != k ? 1 : 0;
                }
                double precision = right == 0 ? 0 : (double) right / (right + wronglyYes);
                double recall = right == 0 ? 0 : (double) right / (right + missed);
                macro += right == 0 ? 0 : 2 * precision * recall / (precision + recall) / classes;
                allRight += right;
            }
            assertThat(scores.averages().macro().f1()).isCloseTo(macro, within(EXACT));
            assertThat(scores.accuracy()).isCloseTo((double) allRight / n, within(EXACT));
            assertThat(scores.averages().micro().f1()).isCloseTo(scores.accuracy(), within(EXACT));
            assertThat(scores.averages().weighted().recall())
                    .isCloseTo(scores.accuracy(), within(EXACT));
            assertThat(scores.matthews()).isBetween(-1.0, 1.0);
        }
    }

    @Test
    void largeCountsDoNotOverflow() {
        int n = 3_000_000;
        int[] labels = new int[n];
        int[] predictions = new int[n];
        for (int i = 0; i < n; i++) {
            labels[i] = i % 2;
            predictions[i] = i % 4 == 3 ? 0 : i % 2;
        }
        ClassificationScores scores =
                ClassificationScores.of(
                        ConfusionMatrix.of(labels, predictions, 2),
                        List.of("a", "b"),
                        0,
                        AveragedClasses.ALL);

        assertThat(scores.accuracy()).isEqualTo(0.75);
        assertThat(scores.kappa()).isCloseTo(0.5, within(EXACT));
        assertThat(scores.matthews()).isCloseTo(Math.sqrt(1.0 / 3), within(EXACT));
    }

    @Test
    void refusesClassesOutsideTheRange() {
        assertThatThrownBy(() -> ConfusionMatrix.of(new int[] {0, 4}, new int[] {0, 1}, 4))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("confusion matrix: expected a label from 0 to 3, found 4 in row 1");
        assertThatThrownBy(() -> ConfusionMatrix.of(new int[] {0}, new int[] {-1}, 4))
                .hasMessageContaining("expected a prediction from 0 to 3, found -1 in row 0");
        assertThatThrownBy(() -> ConfusionMatrix.of(new int[] {0}, new int[0], 4))
                .hasMessageContaining("found 1 labels for 0");
    }

    private static void assertSame(PrecisionRecallF1 actual, JsonNode expected) {
        assertSame(actual.precision(), expected.get("precision"));
        assertSame(actual.recall(), expected.get("recall"));
        assertSame(actual.f1(), expected.get("f1"));
    }

    private static void assertSame(double actual, JsonNode expected) {
        if (expected.isNull()) {
            assertThat(actual).isNaN();
            return;
        }
        assertThat(actual).isCloseTo(expected.doubleValue(), within(EXACT));
    }
}
