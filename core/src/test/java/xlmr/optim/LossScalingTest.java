package xlmr.optim;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/// The numbers of torch.amp.GradScaler.
class LossScalingTest {
    @Test
    void aSkippedStepHalvesTheScaleAndBeginsToCountAnew() {
        LossScaling scaling = LossScaling.INITIAL.afterGoodStep().afterSkippedStep();
        assertThat(scaling).isEqualTo(new LossScaling(32768, 0, 1));
    }

    @Test
    void twoThousandGoodStepsDoubleIt() {
        LossScaling scaling = LossScaling.INITIAL;
        for (int step = 1; step < 2000; step++) {
            scaling = scaling.afterGoodStep();
        }
        assertThat(scaling).isEqualTo(new LossScaling(65536, 1999, 0));
        assertThat(scaling.afterGoodStep()).isEqualTo(new LossScaling(131072, 0, 0));
    }

    @Test
    void theScaleStaysANumber() {
        LossScaling largest = new LossScaling(0x1p127f, 1999, 0);
        assertThat(largest.afterGoodStep()).isEqualTo(new LossScaling(0x1p127f, 0, 0));
    }

    @Test
    void aScaleThatMakesNothingLargerIsNotToBlame() {
        assertThat(new LossScaling(2, 0, 0).mayOverflow()).isTrue();
        assertThat(new LossScaling(1, 0, 0).mayOverflow()).isFalse();
    }
}
