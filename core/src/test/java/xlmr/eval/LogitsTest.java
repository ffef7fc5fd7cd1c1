package xlmr.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static xlmr.eval.MetricsFixture.EXACT;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class LogitsTest {

    @Test
    void softmaxAndEntropyEqualTheReference() {
        JsonNode fixture = MetricsFixture.read("probabilities.json");
        double[][] logits = MetricsFixture.rows(fixture.get("logits"));
        for (int i = 0; i < logits.length; i++) {
            double[] expected = MetricsFixture.doubles(fixture.get("softmax").get(i));
            double[] probabilities = Logits.softmax(logits[i]);
            double[] logProbabilities = Logits.logSoftmax(logits[i]);
            double entropy = 0;
            for (int k = 0; k < expected.length; k++) {
                assertThat(probabilities[k]).isCloseTo(expected[k], within(EXACT));
                assertThat(Math.exp(logProbabilities[k])).isCloseTo(expected[k], within(EXACT));
                entropy -= probabilities[k] * logProbabilities[k];
            }
            assertThat(entropy)
                    .isCloseTo(fixture.get("entropy").get(i).doubleValue(), within(EXACT));
        }
    }

    @Test
    void equalsThePlainFormulasOnModestScores() {
        var random = new SplittableRandom(5);
        for (int trial = 0; trial < 500; trial++) {
            double[] row = random.doubles(random.nextInt(1, 9), -8, 8).toArray();
            double sum = 0;
            for (double value : row) {
                sum += Math.exp(value);
            }
            int label = random.nextInt(row.length);
            double x = row[label];
            assertThat(Logits.logSumExp(row)).isCloseTo(Math.log(sum), within(EXACT));
            assertThat(Logits.crossEntropy(row, label))
                    .isCloseTo(-Math.log(Math.exp(x) / sum), within(1e-11));
            double sigmoid = 1 / (1 + Math.exp(-x));
            assertThat(Logits.sigmoid(x)).isCloseTo(sigmoid, within(EXACT));
            assertThat(Logits.binaryCrossEntropy(x, true))
                    .isCloseTo(-Math.log(sigmoid), within(EXACT));
            assertThat(Logits.binaryCrossEntropy(x, false))
                    .isCloseTo(x - Math.log(sigmoid), within(1e-11));
        }
    }

    @Test
    void staysFiniteWhereThePlainFormulasOverflow() {
        double[] huge = {10_000, 9_999, -10_000};

        assertThat(Logits.softmax(huge))
                .containsExactly(
                        new double[] {1 / (1 + Math.exp(-1)), 1 / (1 + Math.E), 0}, within(EXACT));
        assertThat(Logits.crossEntropy(huge, 2))
                .isCloseTo(20_000 + Math.log1p(Math.exp(-1)), within(1e-9));
        assertThat(Logits.sigmoid(-1_000)).isZero();
        assertThat(Logits.sigmoid(1_000)).isEqualTo(1);
        assertThat(Logits.binaryCrossEntropy(-1_000, true)).isEqualTo(1_000);
        assertThat(Logits.binaryCrossEntropy(-1_000, false)).isZero();
    }

    @Test
    void aForbiddenClassHasProbabilityZero() {
        double[] row = {0, Double.NEGATIVE_INFINITY, 0};

        assertThat(Logits.softmax(row)).containsExactly(0.5, 0, 0.5);
        assertThat(Logits.crossEntropy(row, 1)).isEqualTo(Double.POSITIVE_INFINITY);
    }

    @Test
    void neverHidesNaN() {
        double[] row = {1, Double.NaN, 5};

        assertThat(Logits.argmax(row)).isEqualTo(1);
        assertThat(Logits.logSumExp(row)).isNaN();
        assertThat(Logits.softmax(row)).containsOnly(Double.NaN);
        assertThat(Logits.crossEntropy(row, 0)).isNaN();
    }

    @Test
    void theFirstOfEqualScoresWins() {
        assertThat(Logits.argmax(new double[] {1, 3, 3, 2})).isEqualTo(1);
    }

    @Test
    void refusesALabelOutsideTheRow() {
        assertThatThrownBy(() -> Logits.crossEntropy(new double[] {1, 2}, 2))
                .hasMessage("cross-entropy: label 2 is not one of the 2 classes 0 to 1");
    }
}
