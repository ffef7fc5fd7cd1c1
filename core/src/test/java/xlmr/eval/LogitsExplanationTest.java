package xlmr.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class LogitsExplanationTest {

    private static final double[][] LOGITS = {{1.5, -0.5, 0.25}, {0.1, 0.2, 0.3}};
    private static final List<String> NAMES = List.of("a", "b", "c");

    @Test
    void tellsLogitsFromProbabilitiesAndTheirLogarithms() {
        var random = new SplittableRandom(8);
        for (int trial = 0; trial < 200; trial++) {
            double[][] logits = new double[random.nextInt(2, 8)][];
            double[][] probabilities = new double[logits.length][];
            double[][] logProbabilities = new double[logits.length][];
            double[][] printed = new double[logits.length][4];
            for (int i = 0; i < logits.length; i++) {
                logits[i] = random.doubles(4, -3, 3).toArray();
                probabilities[i] = Logits.softmax(logits[i]);
                logProbabilities[i] = Logits.logSoftmax(logits[i]);
                for (int k = 0; k < 4; k++) {
                    printed[i][k] = Math.rint(probabilities[i][k] * 1e4) / 1e4;
                }
            }
            assertThat(RowKind.of(logits)).isEqualTo(RowKind.LOGITS);
            assertThat(RowKind.of(probabilities)).isEqualTo(RowKind.PROBABILITIES);
            assertThat(RowKind.of(printed)).isEqualTo(RowKind.PROBABILITIES);
            assertThat(RowKind.of(logProbabilities)).isEqualTo(RowKind.LOG_PROBABILITIES);
            double[][] back = RowKind.PROBABILITIES.asLogits(probabilities);
            for (int i = 0; i < logits.length; i++) {
                assertThat(Logits.softmax(back[i]))
                        .containsExactly(probabilities[i], within(1e-12));
            }
        }
    }

    @Test
    void brokenRowsDoNotDecideTheKind() {
        assertThat(RowKind.of(new double[][] {{0.25, 0.75}, {Double.NaN, 0}}))
                .isEqualTo(RowKind.PROBABILITIES);
        assertThat(RowKind.of(new double[][] {{Double.NaN, 0}})).isEqualTo(RowKind.LOGITS);
        assertThat(RowKind.of(new double[][] {{1}, {1}})).isEqualTo(RowKind.LOGITS);
    }

    @Test
    void worksOutTheFirstRows() {
        LogitsExplanation explanation = LogitsExplanation.of(LOGITS, new int[] {0, 1}, NAMES, 5);
        LogitsExplanation.WorkedRow row = explanation.rows().getFirst();

        assertThat(explanation.rows()).hasSize(2);
        assertThat(row.prediction()).isEqualTo("a");
        assertThat(row.runnerUp()).isEqualTo("c");
        assertThat(row.margin()).isEqualTo(1.25);
        assertThat(row.probabilities().get(0) / row.probabilities().get(2))
                .isCloseTo(Math.exp(1.25), within(1e-12));
        assertThat(explanation.text())
                .contains("These are logits", "row 0 holds -0.5000, below 0")
                .contains("1.500 -0.500 0.250 -> softmax 0.703 0.095 0.202 -> 'a' (70.3 %)")
                .contains("wrong, it is 'b'");
    }

    @Test
    void explainsProbabilitiesWithoutAnotherSoftmax() {
        String text =
                LogitsExplanation.of(new double[][] {{0.25, 0.75}}, null, List.of("no", "yes"), 1)
                        .text();

        assertThat(text)
                .contains("These are probabilities already")
                .contains("0.250 0.750 -> 'yes' (75.0 %)")
                .doesNotContain("-> softmax", "right", "wrong");
        assertThat(
                        LogitsExplanation.of(
                                        new double[][] {{Math.log(0.25), Math.log(0.75)}},
                                        null,
                                        List.of("no", "yes"),
                                        1)
                                .text())
                .contains("These are log-probabilities");
    }
}
