package xlmr.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;

class PathIntegralTest {
    /// A function of one variable whose slope is shared by two tokens, one to three.
    private static PathIntegral.Path path(DoubleUnaryOperator value, DoubleUnaryOperator slope) {
        return new PathIntegral.Path() {
            @Override
            public double[] values(double[] places) {
                return Arrays.stream(places).map(value).toArray();
            }

            @Override
            public double[][] slopes(double[] places) {
                double[][] slopes = new double[places.length][];
                for (int i = 0; i < places.length; i++) {
                    double all = slope.applyAsDouble(places[i]);
                    slopes[i] = new double[] {all / 4, 3 * all / 4};
                }
                return slopes;
            }
        };
    }

    @Test
    void aPolynomialNeedsNoMoreThanTheFirstSteps() {
        PathIntegral found =
                PathIntegral.of(path(x -> Math.pow(x, 7), x -> 7 * Math.pow(x, 6)), 1000);
        assertThat(found.steps()).isEqualTo(16);
        assertThat(found.tokens()[0]).isCloseTo(0.25, within(1e-12));
        assertThat(found.tokens()[1]).isCloseTo(0.75, within(1e-12));
        assertThat(found.end() - found.start()).isEqualTo(1);
    }

    @Test
    void aSteepPlaceGetsTheStepsThatItNeeds() {
        double steep = 2000;
        PathIntegral found =
                PathIntegral.of(
                        path(
                                x -> Math.tanh(steep * (x - 0.31)),
                                x -> steep / Math.pow(Math.cosh(steep * (x - 0.31)), 2)),
                        1000);
        assertThat(found.tokens()[0] + found.tokens()[1]).isCloseTo(2, within(0.02));
        assertThat(found.steps()).isBetween(32, 200);
    }

    @Test
    void theLimitIsKept() {
        PathIntegral found =
                PathIntegral.of(
                        path(x -> Math.sin(3000 * x) + x, x -> 3000 * Math.cos(3000 * x) + 1), 100);
        assertThat(found.steps()).isBetween(80, 100);
    }
}
