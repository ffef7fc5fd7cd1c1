package xlmr.backend;

import java.util.Optional;
import xlmr.backend.cpu.CpuBackends;

/// How a backend is chosen: the fastest that this machine and this start of the JVM offer. A slower
/// one than asked for is never taken in silence.
public final class Backends {
    /// System property that forces a backend by name, see [Preference].
    public static final String PROPERTY = "xlmr.backend";

    /// What the caller wants.
    public enum Preference {
        /// The fastest.
        AUTO,
        /// The slow oracle in plain loops.
        SCALAR,
        /// The Vector API, or an error.
        VECTOR;

        /// The preference of this name, in any case.
        ///
        /// @throws IllegalArgumentException that lists the names
        public static Preference of(String name) {
            for (Preference preference : values()) {
                if (preference.name().equalsIgnoreCase(name)) {
                    return preference;
                }
            }
            throw new IllegalArgumentException(
                    "backend: expected auto, scalar or vector, found %s".formatted(name));
        }
    }

    private Backends() {}

    /// The backend that system property [#PROPERTY] names, else the fastest.
    ///
    /// @param threads that compute, the caller's included; at least 1
    public static BackendChoice create(int threads) {
        return create(Preference.of(System.getProperty(PROPERTY, "auto")), threads);
    }

    /// The backend of a preference.
    ///
    /// @throws IllegalStateException if the Vector API is asked for and missing; the message says
    ///   how to get it
    public static BackendChoice create(Preference preference, int threads) {
        if (threads < 1) {
            throw new IllegalArgumentException(
                    "threads: expected at least 1, found %d".formatted(threads));
        }
        if (preference == Preference.SCALAR) {
            return new BackendChoice(
                    CpuBackends.scalar(), "scalar: asked for, one thread", Optional.empty());
        }
        Optional<String> obstacle = CpuBackends.vectorObstacle();
        if (obstacle.isEmpty()) {
            Backend backend = CpuBackends.vector(threads);
            String why = preference == Preference.VECTOR ? "asked for" : "the fastest here";
            String reason =
                    "%s: %s, Vector API of %d bits, %d threads"
                            .formatted(backend.name(), why, CpuBackends.vectorBits(), threads);
            return new BackendChoice(backend, reason, Optional.empty());
        }
        if (preference == Preference.VECTOR) {
            throw new IllegalStateException("backend vector: " + obstacle.get());
        }
        return new BackendChoice(
                CpuBackends.scalar(),
                "scalar: the Vector API is not available, one thread",
                Optional.of("computing without vectors, many times slower: " + obstacle.get()));
    }
}
