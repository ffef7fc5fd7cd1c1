package xlmr.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static xlmr.eval.MetricsFixture.EXACT;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import org.junit.jupiter.api.Test;
import xlmr.eval.Verdict.Code;

class MultiLabelReportTest {

    @Test
    void equalsScikitLearn() {
        JsonNode fixture = MetricsFixture.read("classification.json").get("multi_label").get(0);
        double[][] yes = MetricsFixture.rows(fixture.get("y_pred"));
        double[][] truth = MetricsFixture.rows(fixture.get("y_true"));
        double[][] logits = new double[yes.length][4];
        boolean[][] labels = new boolean[yes.length][4];
        for (int i = 0; i < yes.length; i++) {
            for (int k = 0; k < 4; k++) {
                logits[i][k] = yes[i][k] == 1 ? 0.7 : -0.3;
                labels[i][k] = truth[i][k] == 1;
            }
        }
        MultiLabelReport report = MultiLabelReport.of(logits, labels, MetricsFixture.names(4));

        assertThat(report.subsetAccuracy())
                .isCloseTo(fixture.get("subset_accuracy").doubleValue(), within(EXACT));
        assertThat(report.hammingLoss())
                .isCloseTo(fixture.get("hamming_loss").doubleValue(), within(EXACT));
        assertSame(report.averages().micro(), fixture.get("micro"));
        assertSame(report.averages().macro(), fixture.get("macro"));
        assertSame(report.averages().weighted(), fixture.get("weighted"));
        assertThat(report.verdicts())
                .extracting(Verdict::code)
                .contains(Code.LABELS_NEVER_PREDICTED);
    }

    @Test
    void theLossIsTheMeanOverRowsAndLabels() {
        MultiLabelReport report =
                MultiLabelReport.of(
                        new double[][] {{0, 2}, {-1, 0}},
                        new boolean[][] {{true, true}, {false, false}},
                        List.of("a", "b"));
        double expected =
                (2 * Math.log(2) + Math.log1p(Math.exp(-2)) + Math.log1p(Math.exp(-1))) / 4;

        assertThat(report.loss()).isCloseTo(expected, within(EXACT));
        assertThat(report.priorLoss()).isCloseTo(Math.log(2), within(EXACT));
        assertThat(report.subsetAccuracy()).isEqualTo(0.5);
    }

    @Test
    void saysWhenNeverAnsweringYesWouldBeBetter() {
        MultiLabelReport report =
                MultiLabelReport.of(
                        new double[][] {{5, 5}, {5, -5}, {-5, 5}},
                        new boolean[][] {{false, false}, {false, false}, {true, false}},
                        List.of("a", "b"));

        assertThat(report.verdicts())
                .extracting(Verdict::code)
                .contains(
                        Code.LOSS_ABOVE_PRIOR,
                        Code.SUBSET_ACCURACY_BELOW_NONE,
                        Code.CLASSES_WITHOUT_EXAMPLES);
    }

    @Test
    void refusesLabelsOfAnotherShape() {
        assertThatThrownBy(
                        () ->
                                MultiLabelReport.of(
                                        new double[][] {{1, 2}},
                                        new boolean[][] {{true}},
                                        List.of("a", "b")))
                .hasMessage(
                        "multi-label report: expected labels of the shape of the logits, [1, 2]");
    }

    private static void assertSame(PrecisionRecallF1 actual, JsonNode expected) {
        assertThat(actual.precision())
                .isCloseTo(expected.get("precision").doubleValue(), within(EXACT));
        assertThat(actual.recall()).isCloseTo(expected.get("recall").doubleValue(), within(EXACT));
        assertThat(actual.f1()).isCloseTo(expected.get("f1").doubleValue(), within(EXACT));
    }
}
