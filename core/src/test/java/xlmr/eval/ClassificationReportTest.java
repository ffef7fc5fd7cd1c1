package xlmr.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static xlmr.eval.MetricsFixture.EXACT;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import xlmr.eval.Verdict.Code;

class ClassificationReportTest {

    private static final List<String> FOUR = MetricsFixture.names(4);

    private static final JsonNode PRINTED = MetricsFixture.read("seed_prediction_output.json");
    private static final double[][] PRINTED_LOGITS = MetricsFixture.rows(PRINTED.get("logits"));
    private static final int[] PRINTED_LABELS = MetricsFixture.ints(PRINTED.get("label_ids"));

    @Test
    void lossBrierAndCalibrationEqualTheReference() {
        JsonNode fixture = MetricsFixture.read("probabilities.json");
        double[][] logits = MetricsFixture.rows(fixture.get("logits"));
        int[] labels = MetricsFixture.ints(fixture.get("labels"));
        ClassificationReport report = ClassificationReport.of(logits, labels, FOUR);

        assertThat(report.loss())
                .isCloseTo(fixture.get("cross_entropy").doubleValue(), within(EXACT));
        assertThat(report.brier()).isCloseTo(fixture.get("brier").doubleValue(), within(EXACT));
        assertThat(report.accuracy())
                .isCloseTo(fixture.get("accuracy").doubleValue(), within(EXACT));
        double[][] probabilities = MetricsFixture.rows(fixture.get("softmax"));
        for (JsonNode expected : fixture.get("calibration")) {
            Calibration calibration =
                    Calibration.of(probabilities, labels, expected.get("bins").intValue());
            assertThat(calibration.expectedError())
                    .isCloseTo(expected.get("ece").doubleValue(), within(EXACT));
            assertThat(calibration.maximumError())
                    .isCloseTo(expected.get("mce").doubleValue(), within(EXACT));
            assertThat(calibration.bins()).hasSameSizeAs(expected.get("rows"));
            for (int b = 0; b < calibration.bins().size(); b++) {
                Calibration.Bin bin = calibration.bins().get(b);
                JsonNode row = expected.get("rows").get(b);
                assertThat(bin.low()).isCloseTo(row.get("low").doubleValue(), within(EXACT));
                assertThat(bin.high()).isCloseTo(row.get("high").doubleValue(), within(EXACT));
                assertThat(bin.count()).isEqualTo(row.get("count").intValue());
                assertThat(bin.accuracy())
                        .isCloseTo(row.get("accuracy").doubleValue(), within(EXACT));
                assertThat(bin.confidence())
                        .isCloseTo(row.get("confidence").doubleValue(), within(EXACT));
            }
        }
    }

    @Test
    void theLossOfEachRowEqualsTheReference() {
        double[] expected = MetricsFixture.doubles(PRINTED.get("cross_entropy_per_row"));
        for (int i = 0; i < expected.length; i++) {
            assertThat(Logits.crossEntropy(PRINTED_LOGITS[i], PRINTED_LABELS[i]))
                    .isCloseTo(expected[i], within(EXACT));
        }
        PRINTED.get("loss_by_batch_size")
                .properties()
                .forEach(
                        entry ->
                                assertThat(
                                                BatchMeanLoss.of(
                                                        expected, Integer.parseInt(entry.getKey())))
                                        .isCloseTo(
                                                entry.getValue()
                                                        .get("mean_of_batch_means")
                                                        .doubleValue(),
                                                within(EXACT)));
    }

    @Test
    void reproducesThePrintedNumbers() {
        ClassificationReport report = ClassificationReport.of(PRINTED_LOGITS, PRINTED_LABELS, FOUR);

        assertThat(report.accuracy()).isEqualTo(0.5);
        assertThat(report.scores().averages().weighted().precision())
                .isCloseTo(0.7441176470588236, within(EXACT));
        assertThat(report.scores().averages().weighted().recall()).isCloseTo(0.5, within(EXACT));
        assertThat(report.macroF1()).isCloseTo(0.35119047619047616, within(EXACT));
        assertThat(report.loss()).isCloseTo(1.251966117796182, within(EXACT));
        assertThat(report.baselines().priorLoss()).isCloseTo(1.23124, within(1e-5));
        assertThat(report.baselines().majorityAccuracy()).isEqualTo(0.35);
    }

    @Test
    void tellsABeginnerWhatThePrintedNumbersHide() {
        Map<String, Double> printed = new TreeMap<>();
        PRINTED.get("printed_metrics")
                .properties()
                .forEach(e -> printed.put(e.getKey(), e.getValue().doubleValue()));
        ClassificationReport report =
                ClassificationReport.of(
                        PRINTED_LOGITS, PRINTED_LABELS, FOUR, new ClaimedMetrics(printed));

        assertThat(sentence(report, Code.LOSS_IS_MEAN_OF_BATCH_MEANS))
                .contains("1.2247", "batch size 8", "4 rows", "1.25197");
        assertThat(sentence(report, Code.LOSS_ABOVE_PRIOR)).contains("1.25197", "1.23124", "worse");
        assertThat(sentence(report, Code.COLLAPSED_PREDICTIONS))
                .contains("17 of 20", "LABEL_0", "85.0 %");
        assertThat(sentence(report, Code.CLASSES_NEVER_PREDICTED)).contains("LABEL_3");
        assertThat(sentence(report, Code.ACCURACY_ABOVE_MAJORITY)).contains("50.0 %", "35.0 %");
        assertThat(
                        report.verdicts().stream()
                                .filter(v -> v.code() == Code.CLAIM_CONFIRMED)
                                .map(Verdict::sentence))
                .containsExactlyInAnyOrder(
                        "The printed accuracy 0.50000 is right: 10 of 20 predictions.",
                        "The printed precision 0.74412 is the weighted average over the classes.",
                        "The printed recall 0.50000 is the weighted and also the micro average"
                                + " over the classes.");
        assertThat(report.verdicts())
                .isSortedAccordingTo((a, b) -> b.severity().compareTo(a.severity()));
    }

    @Test
    void saysWhenAPrintedNumberIsNotOfTheseRows() {
        ClassificationReport report =
                ClassificationReport.of(
                        PRINTED_LOGITS,
                        PRINTED_LABELS,
                        FOUR,
                        new ClaimedMetrics(Map.of("test_loss", 0.9, "f1", 0.9, "accuracy", 0.55)));

        assertThat(report.verdicts().stream().filter(v -> v.code() == Code.CLAIM_NOT_CONFIRMED))
                .hasSize(3);
    }

    @Test
    void numbersPrintedWithFewDigitsAreRecognized() {
        ClassificationReport report =
                ClassificationReport.of(
                        PRINTED_LOGITS,
                        PRINTED_LABELS,
                        FOUR,
                        new ClaimedMetrics(
                                Map.of("loss", 1.2248, "precision", 0.7441, "f1", 0.351)));

        assertThat(sentence(report, Code.LOSS_IS_MEAN_OF_BATCH_MEANS)).contains("batch size 8");
        assertThat(report.verdicts().stream().filter(v -> v.code() == Code.CLAIM_CONFIRMED))
                .hasSize(2);
        assertThat(ClaimedMetrics.isPrintOf(0.5, 0.54)).isFalse();
        assertThat(ClaimedMetrics.isPrintOf(0.744, 0.7445)).isTrue();
        assertThat(ClaimedMetrics.isPrintOf(0.744, 0.7446)).isFalse();
        assertThat(ClaimedMetrics.isPrintOf(Double.NaN, 0.5)).isFalse();
    }

    @Test
    void oneClassAloneHasNoBaseline() {
        ClassificationReport report =
                ClassificationReport.of(
                        new double[][] {{1, 0}, {0, 1}}, new int[] {1, 1}, List.of("a", "b"));

        assertThat(report.verdicts())
                .extracting(Verdict::code)
                .contains(Code.ONLY_ONE_CLASS)
                .doesNotContain(Code.LOSS_ABOVE_PRIOR, Code.ACCURACY_BELOW_MAJORITY);
    }

    @Test
    void aGoodModelGetsNoWarning() {
        double[][] logits = new double[300][3];
        int[] labels = new int[300];
        for (int i = 0; i < 300; i++) {
            labels[i] = i % 3;
            logits[i][i % 10 == 0 ? (i + 1) % 3 : i % 3] = 3;
        }
        ClassificationReport report =
                ClassificationReport.of(logits, labels, List.of("a", "b", "c"));

        assertThat(report.accuracy()).isEqualTo(0.9);
        assertThat(report.verdicts())
                .extracting(Verdict::code)
                .containsExactly(Code.LOSS_BELOW_PRIOR, Code.ACCURACY_ABOVE_MAJORITY);
    }

    @Test
    void manyOfOneClassAreNoCollapseIfTheLabelsAreSoToo() {
        double[][] logits = new double[100][2];
        int[] labels = new int[100];
        for (int i = 0; i < 100; i++) {
            labels[i] = i < 90 ? 0 : 1;
            logits[i][i < 89 ? 0 : 1] = 4;
        }
        ClassificationReport report = ClassificationReport.of(logits, labels, List.of("a", "b"));

        assertThat(report.verdicts())
                .extracting(Verdict::code)
                .doesNotContain(Code.COLLAPSED_PREDICTIONS);

        Arrays.stream(logits).forEach(row -> Arrays.fill(row, 0));
        assertThat(
                        sentence(
                                ClassificationReport.of(logits, labels, List.of("a", "b")),
                                Code.COLLAPSED_PREDICTIONS))
                .contains("100 of 100 predictions");
    }

    @Test
    void brokenRowsAreAnErrorAndNoOtherVerdictTrustsTheirLoss() {
        float[][] logits = {{1, 0}, {Float.NaN, 0}, {0, 1}};
        ClassificationReport report =
                ClassificationReport.of(logits, new int[] {0, 0, 1}, List.of("a", "b"));

        assertThat(report.loss()).isNaN();
        assertThat(report.verdicts().getFirst().code()).isEqualTo(Code.NOT_FINITE_LOGITS);
        assertThat(report.verdicts().getFirst().severity()).isEqualTo(Severity.ERROR);
        assertThat(report.verdicts().getFirst().sentence())
                .startsWith("1 of 3 rows hold")
                .contains("row 1");
        assertThat(report.verdicts())
                .extracting(Verdict::code)
                .doesNotContain(Code.LOSS_ABOVE_PRIOR, Code.LOSS_BELOW_PRIOR);
    }

    @Test
    void noticesProbabilitiesReadAsLogits() {
        double[][] probabilities = MetricsFixture.rows(PRINTED.get("softmax"));

        assertThat(
                        sentence(
                                ClassificationReport.of(probabilities, PRINTED_LABELS, FOUR),
                                Code.ROWS_ARE_PROBABILITIES))
                .contains("logarithms");
    }

    @Test
    void aClassWithoutExamplesIsNamed() {
        ClassificationReport report =
                ClassificationReport.of(
                        new double[][] {{1, 0, 0}, {0, 1, 0}},
                        new int[] {0, 1},
                        List.of("a", "b", "c"));

        assertThat(sentence(report, Code.CLASSES_WITHOUT_EXAMPLES)).contains("'c'");
        assertThat(report.macroF1()).isEqualTo(1);
    }

    @Test
    void refusesWhatDoesNotFit() {
        assertThatThrownBy(() -> ClassificationReport.of(new double[0][], new int[0], FOUR))
                .hasMessage("classification report: expected at least one row, found 0");
        assertThatThrownBy(
                        () ->
                                ClassificationReport.of(
                                        new double[][] {{1, 2}, {1}},
                                        new int[2],
                                        List.of("a", "b")))
                .hasMessageContaining("found 1 in row 1");
        assertThatThrownBy(() -> ClassificationReport.of(new double[][] {{1, 2}}, new int[1], FOUR))
                .hasMessageContaining("expected 2 label names");
        assertThatThrownBy(
                        () ->
                                ClassificationReport.of(
                                        new double[][] {{1, 2}}, new int[1], List.of("a", "a")))
                .hasMessageContaining("'a' twice");
        assertThatThrownBy(
                        () ->
                                ClassificationReport.of(
                                        new double[][] {{1, 2}}, new int[] {2}, List.of("a", "b")))
                .hasMessageContaining("expected a label from 0 to 1, found 2 in row 0");
    }

    private static String sentence(ClassificationReport report, Code code) {
        return report.verdicts().stream()
                .filter(verdict -> verdict.code() == code)
                .map(Verdict::sentence)
                .findFirst()
                .orElseThrow(
                        () ->
                                new AssertionError(
                                        "no verdict " + code + " in " + report.verdicts()));
    }
}
