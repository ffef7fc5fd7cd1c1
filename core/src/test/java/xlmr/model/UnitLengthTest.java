package xlmr.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class UnitLengthTest {
    @Test
    void aVectorKeepsItsDirection() {
        assertThat(UnitLength.of(new float[] {3, -4})).containsExactly(0.6f, -0.8f);
        assertThat(UnitLength.of(new float[] {3e30f, -4e30f}))
                .as("no overflow")
                .containsExactly(new float[] {0.6f, -0.8f}, within(1e-7f));
    }

    @Test
    void zerosStayZeros() {
        assertThat(UnitLength.of(new float[] {0, 0})).containsExactly(0, 0);
        assertThat(UnitLength.cosine(new float[] {0, 0}, new float[] {1, 2})).isZero();
    }

    @Test
    void theCosineDoesNotDependOnLengths() {
        assertThat(UnitLength.cosine(new float[] {1, 1}, new float[] {50, 0}))
                .isCloseTo(Math.sqrt(0.5), within(1e-12));
        assertThat(UnitLength.cosine(new float[] {1, 2}, new float[] {-2, -4}))
                .isCloseTo(-1, within(1e-12));
    }

    @Test
    void differentDimensionsAreRefused() {
        assertThatThrownBy(() -> UnitLength.cosine(new float[2], new float[3]))
                .hasMessage("cosine: vectors of 2 and 3 dimensions");
    }
}
