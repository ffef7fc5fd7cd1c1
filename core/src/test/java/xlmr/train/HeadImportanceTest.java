package xlmr.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HeadImportanceTest {
    /// Of the second layer head 1 is gone already; its gradients are a thousandth of the first's.
    private static final HeadImportance TWO =
            new HeadImportance(
                    List.of(
                            new HeadImportance.Layer(List.of(0, 1, 2), new double[] {3, 4, 0}),
                            new HeadImportance.Layer(List.of(0, 2), new double[] {5e-3, 12e-3})),
                    10);

    @Test
    void aLayersImportancesHaveNormOne() {
        assertThat(TWO.layers().getFirst().importance())
                .containsExactly(new double[] {0.6, 0.8, 0}, within(1e-12));
        assertThat(TWO.layers().getLast().importance())
                .containsExactly(new double[] {5 / 13.0, 12 / 13.0}, within(1e-12));
    }

    @Test
    void aLayerThatDoesNothingHasNoImportance() {
        assertThat(new HeadImportance.Layer(List.of(0, 1), new double[2]).importance())
                .containsExactly(0, 0);
    }

    @ParameterizedTest
    @CsvSource({"0.2, 0:2", "0.3, '0:2,1:0'", "0.4, '0:2,1:0'", "0.6, '0:0+2,1:0'"})
    void theLeastImportantGoFirstWhateverTheScaleOfTheirLayer(double share, String gone) {
        assertThat(TWO.leastImportant(share).text()).isEqualTo(gone);
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.05, 0.7, 0.99})
    void oneHeadOfEachLayerStaysAndAtLeastOneGoes(double share) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TWO.leastImportant(share))
                .withMessageContaining("of 5 heads")
                .withMessageContaining("expected 1 to 3");
    }
}
