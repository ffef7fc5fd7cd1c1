package xlmr.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static xlmr.eval.MetricsFixture.EXACT;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Test;
import xlmr.eval.Verdict.Code;

class RegressionReportTest {

    @Test
    void equalsScikitLearnAndScipy() {
        JsonNode fixture = MetricsFixture.read("classification.json").get("regression");
        RegressionReport report =
                RegressionReport.of(
                        MetricsFixture.doubles(fixture.get("prediction")),
                        MetricsFixture.doubles(fixture.get("y")));

        assertThat(report.loss()).isCloseTo(fixture.get("mse").doubleValue(), within(EXACT));
        assertThat(report.meanAbsoluteError())
                .isCloseTo(fixture.get("mae").doubleValue(), within(EXACT));
        assertThat(report.r2()).isCloseTo(fixture.get("r2").doubleValue(), within(EXACT));
        assertThat(report.pearson()).isCloseTo(fixture.get("pearson").doubleValue(), within(EXACT));
        assertThat(report.spearman())
                .isCloseTo(fixture.get("spearman").doubleValue(), within(EXACT));
        assertThat(
                        Correlation.spearman(
                                MetricsFixture.doubles(fixture.get("tied_y")),
                                MetricsFixture.doubles(fixture.get("tied_prediction"))))
                .isCloseTo(fixture.get("spearman_with_ties").doubleValue(), within(EXACT));
        assertThat(report.verdicts()).isEmpty();
    }

    @Test
    void equalNumbersShareTheMeanOfTheirRanks() {
        assertThat(Correlation.ranks(new double[] {3, 1, 3, 2, 3})).containsExactly(4, 1, 4, 2, 4);
    }

    @Test
    void saysWhenTheMeanWouldBeBetter() {
        RegressionReport report =
                RegressionReport.of(new double[] {3, 3, 3}, new double[] {0, 1, 2});

        assertThat(report.r2()).isNegative();
        assertThat(report.pearson()).isNaN();
        assertThat(report.verdicts())
                .extracting(Verdict::code)
                .containsExactlyInAnyOrder(Code.WORSE_THAN_MEAN, Code.CONSTANT_PREDICTIONS);
    }

    @Test
    void constantTargetsLeaveTheCorrelationsUndefined() {
        RegressionReport report = RegressionReport.of(new double[] {1, 2}, new double[] {5, 5});

        assertThat(report.r2()).isNaN();
        assertThat(report.verdicts())
                .extracting(Verdict::code)
                .containsExactly(Code.CONSTANT_TARGETS);
    }

    @Test
    void brokenNumbersAreAnError() {
        RegressionReport report =
                RegressionReport.of(new double[] {1, Double.NaN}, new double[] {5, 6});

        assertThat(report.verdicts()).extracting(Verdict::severity).containsExactly(Severity.ERROR);
        assertThat(report.spearman()).isNaN();
    }

    @Test
    void refusesAnotherNumberOfTargets() {
        assertThatThrownBy(() -> RegressionReport.of(new double[2], new double[3]))
                .hasMessageContaining("found 3 targets for 2");
        assertThatThrownBy(() -> RegressionReport.of(new double[0], new double[0]))
                .hasMessageContaining("at least one");
    }
}
