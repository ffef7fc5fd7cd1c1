package xlmr.cuda;

import static org.bytedeco.cuda.global.cudart.CUDA_VERSION;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.bytedeco.javacpp.Loader;
import org.jspecify.annotations.Nullable;
import xlmr.backend.BackendUnavailableException;

/// NVIDIA's libraries, which the user installs: finds them, and says which one is missing and where
/// it comes from.
///
/// The system's loader is asked first of all. What the property `xlmr.cuda.libraries` or the
/// variable `XLMR_CUDA` names is searched before: a folder such as `site-packages/nvidia`, below
/// which PyPI's wheels put theirs.
final class CudaLibraries {
    /// The major version of CUDA that the bindings are for, 12 or 13: a number in the file names of
    /// all of these libraries.
    static final int MAJOR = CUDA_VERSION / 1000;

    /// In the order in which they need each other.
    private static final List<String> NAMES =
            List.of("libcudart", "libcublasLt", "libcublas", "libnvrtc-builtins", "libnvrtc");

    static final String NCCL = "libnccl.so.2";

    /// Where NCCL comes from.
    static final String NCCL_WHEEL = "nvidia-nccl-cu" + MAJOR;

    private static final int DEPTH = 4;

    /// Why loading failed. The machine does not try a second time, and would give another reason.
    private static @Nullable String failure;

    private CudaLibraries() {}

    /// Loads the bindings and what they need.
    ///
    /// @throws BackendUnavailableException naming the library that is missing, and the remedy
    static synchronized void load() {
        if (failure != null) {
            throw new BackendUnavailableException(failure);
        }
        String named = folder();
        if (named != null) {
            loadFrom(Path.of(named));
        }
        load(org.bytedeco.cuda.global.cudart.class);
        load(org.bytedeco.cuda.global.cublas.class);
        load(org.bytedeco.cuda.global.nvrtc.class);
    }

    /// Loads NCCL and its bindings, which only a training on several GPUs needs.
    ///
    /// @throws BackendUnavailableException that says where it comes from
    static synchronized void loadNccl() {
        load();
        String named = folder();
        if (named != null) {
            find(Path.of(named), NCCL).ifPresent(file -> System.load(file.toString()));
        }
        try {
            Loader.load(org.bytedeco.cuda.global.nccl.class);
        } catch (UnsatisfiedLinkError | NoClassDefFoundError error) {
            throw new BackendUnavailableException(explainNccl(error), error);
        }
    }

    /// One line about NCCL that could not be loaded.
    static String explainNccl(Throwable error) {
        return messages(error).contains("libnccl")
                ? "device cuda: several GPUs need NCCL, and libnccl.so.2 is missing; pip install %s beside the other libraries of XLMR_CUDA, or name one GPU, such as --device cuda:0"
                        .formatted(NCCL_WHEEL)
                : "device cuda: the bindings of NCCL cannot be loaded (%s); name one GPU, such as --device cuda:0"
                        .formatted(firstLine(error.getMessage()));
    }

    private static @Nullable String folder() {
        return System.getProperty("xlmr.cuda.libraries", System.getenv("XLMR_CUDA"));
    }

    private static void load(Class<?> bindings) {
        try {
            Loader.load(bindings);
        } catch (UnsatisfiedLinkError | NoClassDefFoundError error) {
            failure = explain(error);
            throw new BackendUnavailableException(failure, error);
        }
    }

    private static void loadFrom(Path folder) {
        for (String name : NAMES) {
            find(folder, name + ".so." + MAJOR).ifPresent(file -> System.load(file.toString()));
        }
    }

    /// The file of a library, which is called by its major version; longer names belong to it.
    static Optional<Path> find(Path folder, String name) {
        try (Stream<Path> files = Files.walk(folder, DEPTH)) {
            return files.filter(file -> isNamed(file.getFileName().toString(), name))
                    .min(Comparator.comparingInt((Path file) -> file.toString().length()))
                    .map(Path::toAbsolutePath);
        } catch (IOException exception) {
            throw new BackendUnavailableException(
                    "device cuda: cannot look for NVIDIA's libraries in %s, which XLMR_CUDA names: %s"
                            .formatted(folder, exception.getMessage()),
                    exception);
        }
    }

    /// Whether it is the name, or that with a minor version.
    private static boolean isNamed(String file, String name) {
        return file.equals(name) || file.startsWith(name + ".");
    }

    /// One line about a library that could not be loaded.
    static String explain(Throwable error) {
        String all = messages(error);
        if (all.contains("libcuda.so")) {
            return "device cuda: no NVIDIA driver here (libcuda.so.1 is missing); install it until"
                    + " nvidia-smi lists a GPU, or use --device cpu";
        }
        for (String library : List.of("libcudart", "libcublas", "libnvrtc")) {
            int at = all.indexOf(library);
            if (at >= 0) {
                return "device cuda: %s is missing; pip install %s %s %s and set XLMR_CUDA to their folder site-packages/nvidia, or install the CUDA toolkit %d, or use --device cpu"
                        .formatted(
                                word(all, at),
                                wheel("nvidia-cuda-runtime"),
                                wheel("nvidia-cublas"),
                                wheel("nvidia-cuda-nvrtc"),
                                MAJOR);
            }
        }
        return "device cuda: the bindings cannot be loaded (%s); they exist for Linux on x86-64 only; use --device cpu"
                .formatted(firstLine(error.getMessage()));
    }

    /// The name on PyPI of the package for these bindings: those for 13 have no ending.
    static String wheel(String name) {
        return MAJOR == 12 ? name + "-cu12" : name;
    }

    private static String messages(Throwable error) {
        StringBuilder text = new StringBuilder();
        for (Throwable cause = error; cause != null; cause = cause.getCause()) {
            text.append(firstLine(cause.getMessage())).append('\n');
        }
        return text.toString();
    }

    private static String firstLine(@Nullable String message) {
        return message == null ? "no reason given" : message.lines().findFirst().orElse("");
    }

    private static String word(String text, int from) {
        int end = from;
        while (end < text.length()
                && (Character.isLetterOrDigit(text.charAt(end)) || text.charAt(end) == '.')) {
            end++;
        }
        return text.substring(from, end);
    }
}
