package xlmr.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;
import xlmr.backend.Backend;
import xlmr.backend.Backends;
import xlmr.backend.Backends.Preference;
import xlmr.tensor.Shape;
import xlmr.tensor.Tensor;

/// What `cuda selftest` holds a GPU against, with the processor's own backends in the GPU's place.
class DeviceChecksTest {
    @Test
    void twoBackendsThatAreRightAgree() {
        try (Backend fast = Backends.create(1).backend();
                Backend reference = Backends.create(Preference.SCALAR, 1).backend()) {
            List<DeviceCheck> checks = new DeviceChecks(WorkSize.BASE).all(2e-5);
            assertThat(checks).hasSizeGreaterThan(20);
            // The products of this size take the reference too long.
            checks.stream()
                    .filter(check -> !check.name().startsWith("linear"))
                    .forEach(
                            check ->
                                    assertThat(check.difference(fast, reference))
                                            .as(check.name())
                                            .isLessThanOrEqualTo(check.limit()));
        }
    }

    @Test
    void aWrongNumberIsSeen() {
        try (Backend backend = Backends.create(Preference.SCALAR, 1).backend()) {
            float[] wrong = {1, 2, 3.001f};
            assertThat(differenceOf(backend, wrong)).isCloseTo(0.001 / 3, within(1e-6));
            assertThat(differenceOf(backend, 1, 2, Float.NaN)).isInfinite();
            assertThat(differenceOf(backend, 1, 2)).isInfinite();
            assertThat(differenceOf(backend, 1, 2, 3)).isZero();
        }
    }

    /// The first call gives what the device is said to have computed, the second what is right.
    private static double differenceOf(Backend backend, float... found) {
        boolean[] called = {false};
        DeviceCheck check =
                new DeviceCheck(
                        "three numbers",
                        0,
                        any -> {
                            float[] values = called[0] ? new float[] {1, 2, 3} : found;
                            called[0] = true;
                            Tensor tensor = any.allocate(Shape.of(values.length)); // [n]
                            any.write(values, tensor);
                            return new float[][] {tensor.toArray()};
                        });
        return check.difference(backend, backend);
    }
}
