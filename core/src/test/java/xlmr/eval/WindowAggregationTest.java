package xlmr.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import xlmr.eval.WindowAggregation.Activation;
import xlmr.eval.WindowAggregation.Result;

class WindowAggregationTest {

    private static final Offset<Double> EXACT = within(1e-12);
    private static final double[][] LOGITS = {{Math.log(3), 0}, {0, Math.log(7)}};
    private static final int[] TOKENS = {30, 10};

    @Test
    void aMeanCountsWindowsByTheirTokens() {
        Result logits = WindowAggregation.MEAN_LOGITS.of(LOGITS, TOKENS, Activation.SOFTMAX);
        Result shares = WindowAggregation.MEAN_PROBABILITIES.of(LOGITS, TOKENS, Activation.SOFTMAX);

        assertThat(logits.logits())
                .containsExactly(new double[] {0.75 * Math.log(3), 0.25 * Math.log(7)}, EXACT);
        assertThat(shares.probabilities())
                .containsExactly(
                        new double[] {0.75 * 0.75 + 0.25 / 8, 0.75 * 0.25 + 0.25 * 7 / 8}, EXACT);
    }

    @Test
    void aMaximumIsWhatAnyWindowHasSeen() {
        Result logits = WindowAggregation.MAX_LOGITS.of(LOGITS, TOKENS, Activation.SOFTMAX);
        Result shares = WindowAggregation.MAX_PROBABILITIES.of(LOGITS, TOKENS, Activation.SOFTMAX);
        Result labels = WindowAggregation.MAX_PROBABILITIES.of(LOGITS, TOKENS, Activation.SIGMOID);

        assertThat(logits.probabilities()).containsExactly(new double[] {0.3, 0.7}, EXACT);
        assertThat(shares.probabilities())
                .containsExactly(new double[] {0.75 / 1.625, 0.875 / 1.625}, EXACT);
        assertThat(labels.probabilities()).containsExactly(new double[] {0.75, 0.875}, EXACT);
    }

    @ParameterizedTest
    @EnumSource(WindowAggregation.class)
    void oneWindowIsWhatItWas(WindowAggregation aggregation) {
        for (Activation activation : Activation.values()) {
            Result one = aggregation.of(new double[][] {{2, -1, 0.5}}, new int[] {7}, activation);

            assertThat(one.probabilities())
                    .containsExactly(one.windows().getFirst().probabilities(), EXACT);
            assertThat(one.windows().getFirst().logits()).containsExactly(2, -1, 0.5);
            assertThat(
                            activation == Activation.SOFTMAX
                                    ? Logits.softmax(one.logits())[0]
                                    : Logits.sigmoid(one.logits()[0]))
                    .isEqualTo(one.probabilities()[0], EXACT);
        }
    }

    @Test
    void wrongCallsAreRefused() {
        assertThatThrownBy(
                        () ->
                                WindowAggregation.MEAN_LOGITS.of(
                                        LOGITS, new int[] {1}, Activation.SOFTMAX))
                .hasMessage("windows: expected the tokens of 2 windows, found 1");
        assertThatThrownBy(
                        () ->
                                WindowAggregation.MEAN_LOGITS.of(
                                        LOGITS, new int[] {1, 0}, Activation.SOFTMAX))
                .hasMessage("windows: expected tokens in window 1, found 0");
        assertThatThrownBy(
                        () ->
                                WindowAggregation.MEAN_LOGITS.of(
                                        new double[0][], new int[0], Activation.SOFTMAX))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
