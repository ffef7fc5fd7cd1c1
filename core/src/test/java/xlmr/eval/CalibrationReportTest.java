package xlmr.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.StringReader;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.xml.sax.InputSource;

/// Temperatures and thresholds against SciPy and scikit-learn, see `tests/reference/results.py`.
class CalibrationReportTest {
    private static final JsonNode FIXTURE = MetricsFixture.read("results.json");

    /// The reference's search stops at this; the loss itself is flat there.
    private static final double FOUND = 1e-5;

    private static boolean[][] flags(JsonNode rows) {
        boolean[][] flags = new boolean[rows.size()][];
        for (int i = 0; i < flags.length; i++) {
            flags[i] = new boolean[rows.get(i).size()];
            for (int k = 0; k < flags[i].length; k++) {
                flags[i][k] = rows.get(i).get(k).booleanValue();
            }
        }
        return flags;
    }

    @Test
    void theTemperatureIsWhereTheLikelihoodIsLargest() {
        for (JsonNode expected : FIXTURE.get("temperatures")) {
            double[][] logits = MetricsFixture.rows(expected.get("logits"));
            int[] labels = MetricsFixture.ints(expected.get("labels"));
            TemperatureFit fit = TemperatureFit.ofClasses(logits, labels);
            double temperature = expected.get("temperature").doubleValue();
            assertThat(fit.temperature()).isCloseTo(temperature, within(FOUND * temperature));
            assertThat(fit.lossBefore())
                    .isCloseTo(expected.get("before").doubleValue(), within(MetricsFixture.EXACT));
            assertThat(fit.lossAfter())
                    .isCloseTo(expected.get("after").doubleValue(), within(1e-10))
                    .isLessThanOrEqualTo(expected.get("after").doubleValue() + 1e-15);
            assertThat(fit.atLimit()).isFalse();
        }
    }

    @Test
    void labelsOfTheirOwnHaveOneTemperatureAndAThresholdEach() {
        JsonNode expected = FIXTURE.get("labels");
        double[][] logits = MetricsFixture.rows(expected.get("logits"));
        boolean[][] labels = flags(expected.get("labels"));
        CalibrationReport report =
                CalibrationReport.ofLabels(logits, labels, List.of("one", "two", "three"));
        double temperature = expected.get("temperature").doubleValue();
        assertThat(report.fit().temperature()).isCloseTo(temperature, within(FOUND * temperature));
        double[] best = MetricsFixture.doubles(expected.get("best_f1"));
        for (int k = 0; k < best.length; k++) {
            LabelThreshold label = report.thresholds().get(k);
            assertThat(label.f1()).isCloseTo(best[k], within(MetricsFixture.EXACT));
            double above = Math.log(label.threshold()) - Math.log1p(-label.threshold());
            double[] thresholds = new double[best.length];
            thresholds[k] = above * report.fit().temperature();
            MultiLabelReport judged =
                    MultiLabelReport.of(logits, labels, List.of("one", "two", "three"), thresholds);
            assertThat(judged.perLabel().get(k).score().f1())
                    .as("when the threshold is used")
                    .isCloseTo(best[k], within(MetricsFixture.EXACT));
        }
        assertThat(report.text()).contains("Yes above this probability", "three");
        assertThat(report.json().get("thresholds")).hasSize(3);
    }

    @Test
    void aModelThatWasMadeTooSureIsBroughtBack() {
        JsonNode expected = FIXTURE.get("temperatures").get(1);
        int[] labels = MetricsFixture.ints(expected.get("labels"));
        double[][] logits = MetricsFixture.rows(expected.get("logits"));
        CalibrationReport report =
                CalibrationReport.ofClasses(TemperatureFit.divided(logits, 0.25), labels);
        double before = TemperatureFit.ofClasses(logits, labels).temperature();
        assertThat(report.fit().temperature()).isCloseTo(4 * before, within(1e-6));
        assertThat(report.after().expectedError()).isLessThan(report.before().expectedError());
        assertThat(report.words().getFirst()).contains("too sure");
        assertThat(report.coverage().getFirst().answered()).isEqualTo(200);
        assertThat(report.coverage().getLast().accuracy())
                .as("of the surest answers")
                .isGreaterThan(report.coverage().getFirst().accuracy());
    }

    @Test
    void whereAllIsRightTheLimitIsSaid() {
        double[][] logits = {{2, 0}, {0, 1}};
        CalibrationReport sure = CalibrationReport.ofClasses(logits, new int[] {0, 1});
        assertThat(sure.fit().atLimit()).isTrue();
        assertThat(sure.fit().temperature()).isCloseTo(TemperatureFit.LOWEST, within(1e-12));
        assertThat(sure.text()).contains("lowest temperature");
        CalibrationReport wrong = CalibrationReport.ofClasses(logits, new int[] {1, 0});
        assertThat(wrong.fit().temperature()).isEqualTo(TemperatureFit.HIGHEST);
        assertThat(wrong.text()).contains("highest temperature", "Are the labels right?");
    }

    @Test
    void aNumberThatIsNotFiniteIsRefused() {
        double[][] logits = {{1, 2}, {Double.NaN, 0}};
        assertThatThrownBy(() -> TemperatureFit.ofClasses(logits, new int[] {0, 1}))
                .hasMessageContaining("row 1");
        assertThatThrownBy(() -> TemperatureFit.ofClasses(new double[][] {{1, 2}}, new int[2]))
                .hasMessageContaining("labels of 1 rows, found 2");
    }

    @Test
    void aLabelWithoutExamplesKeepsOneHalf() {
        double[][] probabilities = {{0.9, 0.2}, {0.4, 0.1}};
        boolean[][] labels = {{true, false}, {false, false}};
        List<LabelThreshold> found = LabelThreshold.best(probabilities, labels, List.of("a", "b"));
        assertThat(found)
                .containsExactly(
                        new LabelThreshold("a", 0.5, 1, 1, 1),
                        new LabelThreshold("b", 0.5, 0, 0, 0));
    }

    @Test
    void thePictureIsWellFormed() throws Exception {
        JsonNode expected = FIXTURE.get("temperatures").get(0);
        String svg =
                ReliabilityPicture.svg(
                        CalibrationReport.ofClasses(
                                MetricsFixture.rows(expected.get("logits")),
                                MetricsFixture.ints(expected.get("labels"))));
        var document =
                DocumentBuilderFactory.newInstance()
                        .newDocumentBuilder()
                        .parse(new InputSource(new StringReader(svg)));
        assertThat(document.getElementsByTagName("rect").getLength()).isGreaterThan(5);
        assertThat(svg).contains("prefers-color-scheme: dark");
    }
}
