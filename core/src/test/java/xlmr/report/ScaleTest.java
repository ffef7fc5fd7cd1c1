package xlmr.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ScaleTest {
    @Test
    void ticksAreRoundAndHoldAllValues() {
        assertThat(Scale.around(0, 1.39, 5).ticks()).containsExactly(0.0, 0.5, 1.0, 1.5);
        Scale small = Scale.around(0, 5e-5, 5);
        assertThat(small.low()).isZero();
        assertThat(small.high()).isGreaterThanOrEqualTo(5e-5);
        assertThat(small.ticks()).hasSizeBetween(4, 8);
    }

    @Test
    void oneValueStillHasAScale() {
        Scale scale = Scale.around(2, 2, 5);
        assertThat(scale.high()).isGreaterThan(scale.low());
        assertThat(scale.at(2)).isBetween(0.0, 1.0);
        assertThat(Scale.around(0, 0, 5).at(0)).isZero();
    }

    @Test
    void stepsAreCountedInWholeNumbers() {
        for (int last : List.of(1, 2, 5, 12, 15, 84, 1000, 123456)) {
            assertThat(Scale.counts(last, 6).ticks())
                    .as("%d", last)
                    .hasSizeLessThanOrEqualTo(8)
                    .allSatisfy(tick -> assertThat(tick).isEqualTo(Math.rint(tick)));
        }
    }

    @Test
    void smoothingOfAConstantIsTheConstant() {
        List<Point> points = IntStream.range(0, 100).mapToObj(step -> new Point(step, 3)).toList();
        assertThat(Curve.smoothed(points))
                .allSatisfy(point -> assertThat(Math.abs(point.y() - 3)).isLessThan(1e-12));
    }

    @Test
    void thinningKeepsTheMean() {
        List<Point> points =
                IntStream.range(0, 4000).mapToObj(step -> new Point(step, step % 10)).toList();
        List<Point> thin = Curve.thinned(points);
        assertThat(thin).hasSize(400);
        assertThat(thin).allSatisfy(point -> assertThat(point.y()).isEqualTo(4.5));
    }

    @Test
    void ticksAreWrittenShort() {
        assertThat(Numbers.tick(0)).isEqualTo("0");
        assertThat(Numbers.tick(0.5)).isEqualTo("0.5");
        assertThat(Numbers.tick(20)).isEqualTo("20");
        assertThat(Numbers.tick(4e-5)).isEqualTo("4e-5");
        assertThat(Numbers.tick(2.5e7)).isEqualTo("2.5e7");
        assertThat(Numbers.tick(1200)).isEqualTo("1200");
    }
}
