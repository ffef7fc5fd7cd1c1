package xlmr.cuda;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import xlmr.backend.Backend;

/// NVIDIA's libraries, written by the test and loaded into its process before the real JavaCPP
/// bindings ask for them: a driver over the PTX emulator, cuBLAS in Java, and a compiler that gives
/// the PTX beside the tests. One a process, since a library is loaded once.
public final class FakeCuda {
    private static final FakeCuda INSTANCE = new FakeCuda();

    private final FakeGpu gpu = new FakeGpu();
    private final FakeNvrtc nvrtc = new FakeNvrtc(gpu);

    private FakeCuda() {
        try {
            Path folder = Files.createTempDirectory("fake-cuda");
            System.setProperty(
                    "xlmr.cache", Files.createTempDirectory("fake-cuda-cache").toString());
            new FakeDriver(gpu).library().load(folder);
            new FakeLibrary("libcudart.so." + CudaLibraries.MAJOR, gpu).load(folder);
            new FakeLibrary("libcublasLt.so." + CudaLibraries.MAJOR, gpu).load(folder);
            new FakeBlas(gpu).library().load(folder);
            nvrtc.library().load(folder);
            deleteAll(folder);
        } catch (IOException exception) {
            throw new UncheckedIOException(exception);
        }
    }

    /// What was loaded stays, without its files.
    private static void deleteAll(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(folder);
    }

    /// The one of this process; no other GPU can be used in it any more.
    public static FakeCuda install() {
        return INSTANCE;
    }

    /// A backend over these libraries, opened as `--device cuda` does.
    public Backend open() {
        return new CudaBackendProvider().open().backend();
    }

    /// What a launch did wrong since the last time, or null. The driver itself says only that it
    /// failed, and later.
    public @Nullable Throwable takeFault() {
        return gpu.takeFault();
    }

    /// What was not given back, in one line; empty if there is nothing.
    public String leaks() {
        return gpu.leaks();
    }

    FakeGpu gpu() {
        return gpu;
    }

    FakeNvrtc nvrtc() {
        return nvrtc;
    }
}
