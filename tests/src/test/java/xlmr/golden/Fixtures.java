package xlmr.golden;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;
import xlmr.backend.Backend;
import xlmr.backend.cpu.CpuBackends;
import xlmr.checkpoint.Checkpoint;

/// Where the golden fixtures are, the backends they run on, and how far numbers may be apart.
///
/// The limits are those of the fixtures' README: what float32 costs the reference itself, times a
/// small factor.
final class Fixtures {
    static final double HIDDEN = 3e-5;
    static final double ATTENTION = 1e-5;
    static final double LOSS = 1e-5;
    static final double GRADIENT = 1e-5;

    private static final Path REPOSITORY =
            Path.of(System.getProperty("xlmr.repository", "..")).toAbsolutePath();

    private Fixtures() {}

    /// A fixture in the repository or, for the larger ones, in the shared folder beside it; skips
    /// where it is missing.
    static Path path(String name) {
        Path own = REPOSITORY.resolve("tests/golden").resolve(name);
        if (Files.exists(own)) {
            return own;
        }
        Path shared = REPOSITORY.resolveSibling("shared/reference").resolve(name);
        Assumptions.assumeTrue(
                Files.exists(shared),
                () ->
                        "fixture %s is only in ../shared/reference, which is missing"
                                .formatted(name));
        return shared;
    }

    /// A directory of the machine's own, named by a property or an environment variable; skips
    /// where it is not named.
    static Path external(String variable) {
        String named =
                Optional.ofNullable(System.getProperty(variable)).orElse(System.getenv(variable));
        Assumptions.assumeTrue(
                named != null, () -> variable + " does not name a checkpoint directory");
        return Path.of(named);
    }

    /// Every backend of this machine.
    static List<Backend> backends() {
        return CpuBackends.vectorObstacle().isPresent()
                ? List.of(CpuBackends.scalar())
                : List.of(CpuBackends.scalar(), CpuBackends.vector(2));
    }

    /// Asserts that all elements are within an absolute limit.
    static void assertClose(String what, float[] found, double[] expected, double limit) {
        assertThat(found).as(what).hasSameSizeAs(expected);
        int worst = -1;
        double largest = limit;
        for (int i = 0; i < found.length; i++) {
            double difference = Math.abs(found[i] - expected[i]);
            if (!(difference <= largest)) {
                worst = i;
                largest = difference;
            }
        }
        if (worst >= 0) {
            assertThat((double) found[worst])
                    .as("%s[%d], of %d elements the farthest", what, worst, found.length)
                    .isCloseTo(expected[worst], org.assertj.core.api.Assertions.within(limit));
        }
    }

    /// The limit of a gradient: relative to the largest value of its tensor, if that exceeds 1.
    static double gradientLimit(double[] expected) {
        double largest = 1;
        for (double value : expected) {
            largest = Math.max(largest, Math.abs(value));
        }
        return GRADIENT * largest;
    }

    static double[] values(Checkpoint file, String name) {
        return file.doubles(name);
    }
}
