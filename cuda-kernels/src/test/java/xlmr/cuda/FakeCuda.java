package xlmr.cuda;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import xlmr.backend.Backend;
import xlmr.backend.Precision;

/// NVIDIA's libraries, written by the test and loaded into its process before the real JavaCPP
/// bindings ask for them: a driver over the PTX emulator, cuBLAS in Java, and a compiler that gives
/// the PTX beside the tests. One a process, since a library is loaded once.
public final class FakeCuda {
    private static final FakeCuda INSTANCE = new FakeCuda();

    private final FakeMachine machine = new FakeMachine();
    private final FakeGpu gpu = machine.gpus.getFirst();
    private final FakeNvrtc nvrtc = new FakeNvrtc(machine);
    private final FakeNccl nccl = new FakeNccl(machine);

    private FakeCuda() {
        try {
            Path folder = Files.createTempDirectory("fake-cuda");
            System.setProperty(
                    "xlmr.cache", Files.createTempDirectory("fake-cuda-cache").toString());
            new FakeDriver(machine).library().load(folder);
            new FakeLibrary("libcudart.so." + CudaLibraries.MAJOR, machine).load(folder);
            new FakeLibrary("libcublasLt.so." + CudaLibraries.MAJOR, machine).load(folder);
            new FakeBlas(machine).library().load(folder);
            nvrtc.library().load(folder);
            nccl.library().load(folder);
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
        return open(List.of());
    }

    /// As above, on the GPUs of these numbers: the first is the backend, the others its companions.
    public Backend open(List<Integer> numbers) {
        return new CudaBackendProvider().open(numbers, Precision.chosen()).backend();
    }

    /// What a launch did wrong since the last time, or null. The driver itself says only that it
    /// failed, and later.
    public @Nullable Throwable takeFault() {
        Throwable first = null;
        for (FakeGpu each : machine.gpus) {
            Throwable fault = each.takeFault();
            first = first == null ? fault : first;
        }
        return first;
    }

    /// What was not given back, in one line; empty if there is nothing.
    public String leaks() {
        return machine.gpus.stream().map(FakeGpu::leaks).collect(Collectors.joining())
                + nccl.leaks();
    }

    /// The GPUs of this process, of which the driver shows one unless a test asks for more.
    FakeMachine machine() {
        return machine;
    }

    FakeNccl nccl() {
        return nccl;
    }

    FakeGpu gpu() {
        return gpu;
    }

    FakeNvrtc nvrtc() {
        return nvrtc;
    }
}
