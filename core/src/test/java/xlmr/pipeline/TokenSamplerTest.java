package xlmr.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class TokenSamplerTest {
    /// Probabilities 0.5, 0.3, 0.15, 0.05 at temperature 1.
    private static final float[] LOGITS = {
        (float) Math.log(0.15), (float) Math.log(0.5), (float) Math.log(0.05), (float) Math.log(0.3)
    };

    private static double[] shares(double temperature, int topK, double topP) {
        TokenSampler sampler =
                new TokenSampler(new GenerationOptions(1, temperature, topK, topP, 5));
        int draws = 20_000;
        double[] shares = new double[LOGITS.length];
        for (int i = 0; i < draws; i++) {
            shares[sampler.next(LOGITS)] += 1.0 / draws;
        }
        return shares;
    }

    private static void assertShares(double[] found, double... expected) {
        for (int i = 0; i < expected.length; i++) {
            // Three standard deviations of a share of 20,000 draws.
            assertThat(found[i])
                    .isCloseTo(expected[i], org.assertj.core.api.Assertions.within(0.011));
        }
    }

    @Test
    void greedyTakesTheLargest() {
        assertShares(shares(0, 0, 1), 0, 1, 0, 0);
    }

    @Test
    void drawsFollowTheProbabilities() {
        assertShares(shares(1, 0, 1), 0.15, 0.5, 0.05, 0.3);
    }

    @Test
    void aLowTemperatureSharpens() {
        double sum = 0.0225 + 0.25 + 0.0025 + 0.09;
        assertShares(shares(0.5, 0, 1), 0.0225 / sum, 0.25 / sum, 0.0025 / sum, 0.09 / sum);
    }

    @Test
    void topKLeavesTheMostProbable() {
        assertShares(shares(1, 2, 1), 0, 0.625, 0, 0.375);
    }

    @Test
    void topPLeavesTheSmallestSetThatReachesIt() {
        assertShares(shares(1, 0, 0.7), 0, 0.625, 0, 0.375);
        assertShares(shares(1, 0, 0.85), 0.15 / 0.95, 0.5 / 0.95, 0, 0.3 / 0.95);
    }

    @Test
    void theSameSeedDrawsTheSame() {
        assertThat(shares(1, 0, 1)).isEqualTo(shares(1, 0, 1));
    }

    @Test
    void optionsOutOfRangeAreRefused() {
        assertThatThrownBy(() -> new GenerationOptions(0, 1, 0, 1, 0))
                .hasMessageContaining("new tokens");
        assertThatThrownBy(() -> new GenerationOptions(1, -1, 0, 1, 0))
                .hasMessageContaining("temperature");
        assertThatThrownBy(() -> new GenerationOptions(1, 1, -1, 1, 0))
                .hasMessageContaining("top-k");
        assertThatThrownBy(() -> new GenerationOptions(1, 1, 0, 0, 0))
                .hasMessageContaining("top-p");
    }
}
