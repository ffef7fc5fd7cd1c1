package xlmr.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.junit.jupiter.api.Test;
import xlmr.eval.ClassificationReport;
import xlmr.eval.EvaluationReport;
import xlmr.eval.JointReport;
import xlmr.eval.RegressionReport;
import xlmr.eval.ReportJson;
import xlmr.eval.ReportText;

/// What several heads together are worth.
class JointScoreTest {
    private static final ClassificationReport CLASSES =
            ClassificationReport.of(
                    new float[][] {{2, 0}, {0, 2}, {2, 0}, {2, 0}},
                    new int[] {0, 1, 0, 1},
                    List.of("no", "yes"));
    private static final RegressionReport NUMBERS =
            RegressionReport.of(new double[] {1, 2, 3}, new double[] {1, 2, 5});

    private static JointReport joint(EvaluationReport topic, EvaluationReport stars) {
        SequencedMap<String, EvaluationReport> heads = new LinkedHashMap<>();
        heads.put("topic", topic);
        heads.put("stars", stars);
        return new JointReport(heads);
    }

    /// R2 and not the error, whose scale is that of the numbers.
    @Test
    void theUsualScoreIsTheMeanOfMacroF1AndR2() {
        assertThat(Evaluation.score(joint(CLASSES, NUMBERS)))
                .isCloseTo((CLASSES.macroF1() + NUMBERS.r2()) / 2, within(1e-12));
        assertThat(ScoreMetric.USUAL.score(joint(CLASSES, NUMBERS)))
                .isEqualTo(Evaluation.score(joint(CLASSES, NUMBERS)));
    }

    @Test
    void aMetricOfOnesChoiceIsTheMeanOfTheHeads() {
        assertThat(ScoreMetric.LOSS.score(joint(CLASSES, NUMBERS)))
                .isCloseTo(-(CLASSES.loss() + NUMBERS.loss()) / 2, within(1e-12));
        assertThat(ScoreMetric.ACCURACY.score(joint(CLASSES, CLASSES))).isEqualTo(0.75);
    }

    /// Where all right numbers are the same there is no R2.
    @Test
    void aScoreThatIsNotDefinedCountsNothing() {
        RegressionReport constant = RegressionReport.of(new double[] {1, 2}, new double[] {1, 1});
        assertThat(constant.r2()).isNaN();
        assertThat(Evaluation.score(joint(CLASSES, constant)))
                .isCloseTo(CLASSES.macroF1() / 2, within(1e-12));
    }

    @Test
    void theReportIsThatOfEveryHead() {
        JointReport report = joint(CLASSES, NUMBERS);
        assertThat(report.examples()).isEqualTo(7);
        assertThat(report.loss()).isCloseTo((CLASSES.loss() + NUMBERS.loss()) / 2, within(1e-12));
        assertThat(report.verdicts())
                .hasSize(CLASSES.verdicts().size() + NUMBERS.verdicts().size())
                .allMatch(
                        verdict ->
                                verdict.sentence().startsWith("topic: ")
                                        || verdict.sentence().startsWith("stars: "));
        assertThat(ReportJson.of(report).path("heads").path("stars"))
                .isEqualTo(ReportJson.of(NUMBERS));
        String text = ReportText.of(report);
        assertThat(text)
                .startsWith("2 heads, 7 examples\n")
                .contains("\ntopic: 4 examples, 2 classes\n", "\nstars: 3 examples, a number each");
        assertThat(text.split("What this means", -1))
                .as("of the head that has verdicts")
                .hasSize(2);
    }
}
