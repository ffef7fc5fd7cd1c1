package xlmr.backend;

import java.util.Optional;
import java.util.ServiceLoader;
import org.jspecify.annotations.Nullable;
import xlmr.backend.cpu.CpuBackends;

/// How a backend is chosen: the fastest that this machine and this start of the JVM offer. A slower
/// one than asked for is never taken in silence.
public final class Backends {
    /// System property that forces a backend by name, see [Preference].
    public static final String PROPERTY = "xlmr.backend";

    /// System property that names a device, see [DevicePreference].
    public static final String DEVICE_PROPERTY = "xlmr.device";

    private static final String NO_MODULE =
            "device cuda: this build has no GPU module; build it with `mvn -Pcuda -DskipTests"
                    + " package`, or use --device cpu";

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

    /// The backend that the system properties [#DEVICE_PROPERTY] and [#PROPERTY] ask for, else the
    /// fastest.
    ///
    /// @param threads that compute, the caller's included; at least 1
    public static BackendChoice create(int threads) {
        return create(
                DevicePreference.of(System.getProperty(DEVICE_PROPERTY, "auto")),
                Preference.of(System.getProperty(PROPERTY, "auto")),
                threads);
    }

    /// The backend of a device.
    ///
    /// @param preference among the processor's; any but [Preference#AUTO] asks for the processor
    /// @throws BackendUnavailableException if a GPU is asked for and cannot be had
    /// @throws IllegalStateException if the Vector API is asked for and missing
    public static BackendChoice create(
            DevicePreference device, Preference preference, int threads) {
        return createOn(device, null, preference, threads);
    }

    /// The backend of a device that multiplies matrices in a precision.
    ///
    /// @throws BackendUnavailableException also if the precision is not [Precision#FP32] and there
    ///   is only the processor
    public static BackendChoice create(
            DevicePreference device, Precision precision, Preference preference, int threads) {
        BackendChoice choice = createOn(device, precision, preference, threads);
        if (precision != Precision.FP32 && !choice.backend().name().equals("cuda")) {
            choice.backend().close();
            throw new BackendUnavailableException(
                    "precision %s: the processor computes in fp32 only; leave it out, or use --device cuda"
                            .formatted(precision.id()));
        }
        return choice;
    }

    /// @param precision null for that of the property
    private static BackendChoice createOn(
            DevicePreference device,
            @Nullable Precision precision,
            Preference preference,
            int threads) {
        boolean isAsked = device.kind() == DevicePreference.Kind.CUDA;
        if (device.kind() == DevicePreference.Kind.CPU
                || (!isAsked && preference != Preference.AUTO)) {
            return create(preference, threads);
        }
        Optional<BackendProvider> provider = cudaProvider();
        if (provider.isEmpty()) {
            if (isAsked) {
                throw new BackendUnavailableException(NO_MODULE);
            }
            return create(preference, threads);
        }
        try {
            return provider.get()
                    .open(device.numbers(), precision == null ? Precision.chosen() : precision);
        } catch (BackendUnavailableException exception) {
            if (isAsked) {
                throw exception;
            }
            BackendChoice choice = create(preference, threads);
            String warning = "computing on the processor, not on a GPU: " + exception.getMessage();
            return new BackendChoice(
                    choice.backend(),
                    choice.reason(),
                    Optional.of(
                            choice.warning().map(other -> warning + "; " + other).orElse(warning)));
        }
    }

    /// The module that computes on NVIDIA GPUs, if its jar is there.
    public static Optional<BackendProvider> cudaProvider() {
        return ServiceLoader.load(BackendProvider.class).stream()
                .map(ServiceLoader.Provider::get)
                .filter(provider -> provider.device().equals("cuda"))
                .findFirst();
    }

    /// The backend of a preference, on the processor.
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
