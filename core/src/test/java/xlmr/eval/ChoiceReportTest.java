package xlmr.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import xlmr.eval.Verdict.Code;

class ChoiceReportTest {

    @Test
    void questionsMayHaveDifferentNumbersOfChoices() {
        ChoiceReport report =
                ChoiceReport.of(
                        new double[][] {{0, Math.log(3)}, {0, 0, Math.log(2), 0}},
                        new int[] {1, 0});

        assertThat(report.accuracy()).isEqualTo(0.5);
        assertThat(report.chance()).isEqualTo((0.5 + 0.25) / 2);
        assertThat(report.loss()).isEqualTo((Math.log(4.0 / 3) + Math.log(5)) / 2, within(1e-12));
        assertThat(report.chanceLoss()).isEqualTo((Math.log(2) + Math.log(4)) / 2, within(1e-12));
        assertThat(report.meanConfidence()).isEqualTo((0.75 + 0.4) / 2, within(1e-12));
        assertThat(ReportText.of(report))
                .startsWith("2 questions, one of up to 4 choices each\n  accuracy       0.5000")
                .contains("guessing gives 0.3750");
        assertThat(ReportJson.of(report).get("problem_type").textValue())
                .isEqualTo("multiple_choice");
    }

    @Test
    void comparesWithGuessing() {
        assertThat(verdict(90)).isEqualTo(Code.ABOVE_CHANCE);
        assertThat(verdict(52)).isEqualTo(Code.NOT_ABOVE_CHANCE);
        assertThat(verdict(10)).isEqualTo(Code.BELOW_CHANCE);
    }

    @Test
    void aModelThatAlwaysTakesTheFirstIsFoundOut() {
        double[][] scores = new double[100][];
        int[] labels = new int[100];
        for (int i = 0; i < 100; i++) {
            scores[i] = new double[] {1, 0};
            labels[i] = i % 2;
        }

        assertThat(ChoiceReport.of(scores, labels).verdicts())
                .extracting(Verdict::code)
                .contains(Code.PLACE_DECIDES, Code.NOT_ABOVE_CHANCE, Code.LOSS_ABOVE_CHANCE);
    }

    @Test
    void wrongCallsAreRefused() {
        assertThatThrownBy(() -> ChoiceReport.of(new double[0][], new int[0]))
                .hasMessage(
                        "choices: expected scores and a label for each question, found 0 and 0");
        assertThatThrownBy(() -> ChoiceReport.of(new double[][] {{1, 2}}, new int[] {2}))
                .hasMessage(
                        "choices: expected two or more and the label of one, found 2 and label 2 in"
                                + " row 0");
    }

    @Test
    void aLanguageModelIsJudgedByItsPerplexity() {
        LanguageModelReport report =
                LanguageModelReport.of(3, 2000, 2000 * Math.log(8), 500, 250_002);

        assertThat(report.perplexity()).isEqualTo(8, within(1e-12));
        assertThat(report.accuracy()).isEqualTo(0.25);
        assertThat(report.verdicts()).extracting(Verdict::code).containsExactly(Code.PERPLEXITY);
        assertThat(ReportText.of(report))
                .startsWith("3 texts, 2000 pieces predicted\n")
                .contains("perplexity       8.00");
        assertThat(ReportJson.of(report).get("perplexity").doubleValue())
                .isEqualTo(8, within(1e-12));
        assertThat(LanguageModelReport.of(1, 10, 10 * Math.log(9), 0, 8).verdicts())
                .extracting(Verdict::code)
                .containsExactly(Code.LOSS_ABOVE_CHANCE, Code.FEW_EXAMPLES);
        assertThat(LanguageModelReport.of(1, 10, Double.NaN, 10, 8).verdicts())
                .extracting(Verdict::code)
                .containsExactly(Code.NOT_FINITE_LOGITS, Code.ALL_RIGHT, Code.FEW_EXAMPLES);
    }

    private static Code verdict(int right) {
        double[][] scores = new double[100][];
        int[] labels = new int[100];
        for (int i = 0; i < 100; i++) {
            labels[i] = i % 2;
            boolean first = (i < right) == (labels[i] == 0);
            scores[i] = first ? new double[] {0.1, 0} : new double[] {0, 0.1};
        }
        return ChoiceReport.of(scores, labels).verdicts().stream()
                .map(Verdict::code)
                .filter(code -> code.name().endsWith("CHANCE") && !code.name().startsWith("LOSS"))
                .findFirst()
                .orElseThrow();
    }
}
