package xlmr.cuda;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/// `libnvrtc.so`: a compiler that knows the project's kernels alone. What it makes is the PTX that
/// lies beside the tests, also where machine code is asked for.
final class FakeNvrtc {
    private static final int COMPILATION = 6;
    private static final String LOG =
            "source.cu(1): error: these are not the kernels of the tests\n";

    private record Program(String text, String name) {}

    private final FakeMachine machine;
    private final FakeLibrary library;
    private final Map<Long, Program> programs = new HashMap<>();
    private final Map<Long, byte[]> results = new HashMap<>();

    /// How often something was compiled, and with which option last.
    int compilations;

    String option = "";

    FakeNvrtc(FakeMachine machine) {
        this.machine = machine;
        this.library =
                new FakeLibrary("libnvrtc.so." + CudaLibraries.MAJOR, machine)
                        .with(
                                "nvrtcVersion",
                                a -> {
                                    a.pointer(0, 4).set(JAVA_INT, 0, 12);
                                    a.pointer(1, 4).set(JAVA_INT, 0, 9);
                                    return 0;
                                },
                                ADDRESS,
                                ADDRESS)
                        .with(
                                "nvrtcGetNumSupportedArchs",
                                a -> {
                                    a.pointer(0, 4).set(JAVA_INT, 0, 2);
                                    return 0;
                                },
                                ADDRESS)
                        .with(
                                "nvrtcGetSupportedArchs",
                                a -> {
                                    a.pointer(0, 8).set(JAVA_INT, 0, 75);
                                    a.pointer(0, 8).set(JAVA_INT, 4, 80);
                                    return 0;
                                },
                                ADDRESS)
                        .with(
                                "nvrtcCreateProgram",
                                this::create,
                                ADDRESS,
                                ADDRESS,
                                ADDRESS,
                                JAVA_INT,
                                ADDRESS,
                                ADDRESS)
                        .with("nvrtcCompileProgram", this::compile, ADDRESS, JAVA_INT, ADDRESS)
                        .with("nvrtcGetPTXSize", this::size, ADDRESS, ADDRESS)
                        .with("nvrtcGetPTX", this::result, ADDRESS, ADDRESS)
                        .with("nvrtcGetCUBINSize", this::size, ADDRESS, ADDRESS)
                        .with("nvrtcGetCUBIN", this::result, ADDRESS, ADDRESS)
                        .with(
                                "nvrtcGetProgramLogSize",
                                a -> {
                                    a.pointer(1, 8).set(JAVA_LONG, 0, LOG.length() + 1L);
                                    return 0;
                                },
                                ADDRESS,
                                ADDRESS)
                        .with(
                                "nvrtcGetProgramLog",
                                a -> {
                                    a.pointer(1, LOG.length() + 1L).setString(0, LOG);
                                    return 0;
                                },
                                ADDRESS,
                                ADDRESS)
                        .with(
                                "nvrtcDestroyProgram",
                                a -> {
                                    programs.remove(a.pointer(0, 8).get(JAVA_LONG, 0));
                                    machine.gpus.getFirst().programs = programs.size();
                                    return 0;
                                },
                                ADDRESS)
                        .withWords("nvrtcGetErrorString", status -> "NVRTC_ERROR_" + status);
    }

    FakeLibrary library() {
        return library;
    }

    private int create(FakeLibrary.Arguments a) {
        long handle = machine.gpus.getFirst().handle();
        programs.put(handle, new Program(a.text(1), a.text(2)));
        machine.gpus.getFirst().programs = programs.size();
        a.pointer(0, 8).set(JAVA_LONG, 0, handle);
        return 0;
    }

    private int compile(FakeLibrary.Arguments a) {
        Program program = Objects.requireNonNull(programs.get(a.address(0)));
        compilations++;
        MemorySegment first = a.pointer(2, 8).get(ADDRESS, 0);
        option = first.reinterpret(Integer.MAX_VALUE).getString(0);
        for (KernelSource source : KernelSource.all()) {
            if (program.name().equals(source.name() + ".cu")
                    && program.text().equals(source.text())) {
                String ptx = CompiledKernels.text(source);
                results.put(a.address(0), (ptx + "\0").getBytes(StandardCharsets.UTF_8));
                return 0;
            }
        }
        return COMPILATION;
    }

    private int size(FakeLibrary.Arguments a) {
        a.pointer(1, 8).set(JAVA_LONG, 0, made(a).length);
        return 0;
    }

    private int result(FakeLibrary.Arguments a) {
        byte[] bytes = made(a);
        MemorySegment.copy(bytes, 0, a.pointer(1, bytes.length), JAVA_BYTE, 0, bytes.length);
        return 0;
    }

    private byte[] made(FakeLibrary.Arguments a) {
        return Objects.requireNonNull(results.get(a.address(0)));
    }
}
