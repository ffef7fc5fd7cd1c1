package xlmr.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class RunProjectionTest {
    private static final long SECOND = 1_000_000_000L;

    private final AtomicLong now = new AtomicLong();
    private final RunProjection projection = new RunProjection(now::get);

    /// 10 examples of 100 tokens, 10 steps an epoch, 5 epochs, 500 tokens to judge by.
    private static TrainingPlan plan(int lowestTrained) {
        int[] lengths = new int[10];
        Arrays.fill(lengths, 100);
        return new TrainingPlan(
                List.of(),
                new PlannedData(10, 1000, lengths, 0, 100, 50, 5000, 5, 500, new LinkedHashMap<>()),
                new PlannedMemory(0, 0, 0, 0, 0, 0, 0),
                12,
                lowestTrained);
    }

    private void begin(int lowestTrained) {
        projection.planned(plan(lowestTrained));
        projection.started(new TrainingListener.Plan(10, 50, 1, 1, "everything"));
    }

    private void step(int number, double seconds) {
        now.addAndGet((long) (seconds * SECOND));
        projection.stepDone(new TrainingListener.Step(number, 50, 1, 1, 1, 1, 1, 100));
    }

    @Test
    void theSlowStepsOfTheBeginningAreNotTakenForTheRate() {
        begin(0);
        for (int number = 1; number <= 3; number++) {
            step(number, 20);
        }
        assertThat(projection.total()).isEmpty();
        for (int number = 4; number <= 11; number++) {
            step(number, 2);
        }
        // 76 s so far, 39 steps of 2 s, and 5 times 500 tokens at a third of 0.02 s each.
        assertThat(projection.total().orElseThrow())
                .isCloseTo(76 + 39 * 2 + 5 * 500 * 0.02 / 3, within(1e-6));
        assertThat(projection.over()).isEqualTo("8 steps");
    }

    @Test
    void withAFrozenEncoderThePassOverTheTextsCounts() {
        begin(12);
        now.addAndGet(4 * SECOND);
        projection.featuresComputed(4, 10);
        // 0.01 s a token, 1000 to learn from and 500 to judge by.
        assertThat(projection.total().orElseThrow()).isCloseTo(15, within(1e-6));
        assertThat(projection.over()).isEqualTo("4 texts");
    }

    @Test
    void aRunThatIsOverTookWhatItTook() {
        begin(0);
        for (int number = 1; number <= 50; number++) {
            step(number, 1);
        }
        now.addAndGet(3 * SECOND);
        projection.epochDone(new EpochResult(5, 1, 1, null, true));
        assertThat(projection.total().orElseThrow()).isCloseTo(53, within(1e-6));
    }
}
