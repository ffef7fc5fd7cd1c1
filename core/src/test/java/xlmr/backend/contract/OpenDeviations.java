package xlmr.backend.contract;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.List;
import java.util.regex.Pattern;

/// Where the vector backend is known not to keep the contract yet. A test that fails there is
/// counted as skipped, with the reason; an entry goes with its repair.
final class OpenDeviations {
    private static final List<Deviation> ALL =
            List.of(
                    new Deviation(
                            "activationGradient (GELU_TANH|QUICK_GELU) at -?(1.0E30|3.0E38)",
                            "the slope is NaN where a product in it overflows"),
                    new Deviation(
                            "(layerNorm|softmax|logSoftmax).* bits",
                            "reduceLanes(ADD) has no fixed order: bits change once the loop is compiled"),
                    new Deviation(
                            "one read-only storage under several shapes",
                            "packed panels are kept by storage, whatever the shape"));

    private OpenDeviations() {}

    private record Deviation(String pattern, String reason) {}

    /// Ends a test that found a failure, as skipped, if that failure is listed.
    static void skipIfKnown(String what) {
        for (Deviation deviation : ALL) {
            assumeTrue(
                    !Pattern.matches(deviation.pattern(), what),
                    () -> "open: %s: %s".formatted(what, deviation.reason()));
        }
    }
}
