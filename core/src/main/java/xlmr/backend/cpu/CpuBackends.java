package xlmr.backend.cpu;

import java.util.Optional;
import xlmr.backend.Backend;

/// The backends of the processor. Classes that need module `jdk.incubator.vector` are touched only
/// when it is there.
public final class CpuBackends {
    private static final String MODULE = "jdk.incubator.vector";

    private CpuBackends() {}

    /// The slow oracle.
    public static Backend scalar() {
        return new ScalarBackend();
    }

    /// The fast backend; only if there is no [#vectorObstacle].
    public static Backend vector(int threads) {
        return new VectorBackend(threads);
    }

    /// Why [#vector] cannot be had, with the remedy; empty if it can.
    public static Optional<String> vectorObstacle() {
        if (ModuleLayer.boot().findModule(MODULE).isEmpty()) {
            return Optional.of(
                    "module %s is not loaded; start java with --add-modules %s"
                            .formatted(MODULE, MODULE));
        }
        if (vectorBits() < 128) {
            return Optional.of(
                    "this processor or JVM offers vectors of %d bits only; use a 64-bit server JVM"
                            .formatted(vectorBits()));
        }
        return Optional.empty();
    }

    /// Width of a vector.
    public static int vectorBits() {
        return Lanes.FLOATS.vectorBitSize();
    }
}
