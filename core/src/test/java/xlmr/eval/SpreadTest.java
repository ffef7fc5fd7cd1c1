package xlmr.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class SpreadTest {
    /// numpy: std([0.9, 0.8, 1.0, 0.6], ddof=1) is 0.17078251276599330.
    @Test
    void theDeviationIsThatOfASample() {
        Spread spread = Spread.of(0.9, 0.8, 1.0, 0.6);
        assertThat(spread.mean()).isCloseTo(0.825, within(1e-12));
        assertThat(spread.lowest()).isEqualTo(0.6);
        assertThat(spread.highest()).isEqualTo(1.0);
        assertThat(spread.standardDeviation()).isCloseTo(0.1707825127659933, within(1e-12));
    }

    @Test
    void oneRunHasNoDeviation() {
        assertThat(Spread.of(0.5).standardDeviation()).isNaN();
    }
}
