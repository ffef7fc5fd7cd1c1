package xlmr.cuda;

import static org.bytedeco.cuda.global.nvrtc.nvrtcCompileProgram;
import static org.bytedeco.cuda.global.nvrtc.nvrtcCreateProgram;
import static org.bytedeco.cuda.global.nvrtc.nvrtcDestroyProgram;
import static org.bytedeco.cuda.global.nvrtc.nvrtcGetCUBIN;
import static org.bytedeco.cuda.global.nvrtc.nvrtcGetCUBINSize;
import static org.bytedeco.cuda.global.nvrtc.nvrtcGetErrorString;
import static org.bytedeco.cuda.global.nvrtc.nvrtcGetNumSupportedArchs;
import static org.bytedeco.cuda.global.nvrtc.nvrtcGetPTX;
import static org.bytedeco.cuda.global.nvrtc.nvrtcGetPTXSize;
import static org.bytedeco.cuda.global.nvrtc.nvrtcGetProgramLog;
import static org.bytedeco.cuda.global.nvrtc.nvrtcGetProgramLogSize;
import static org.bytedeco.cuda.global.nvrtc.nvrtcGetSupportedArchs;
import static org.bytedeco.cuda.global.nvrtc.nvrtcVersion;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.bytedeco.cuda.nvrtc._nvrtcProgram;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerPointer;
import org.bytedeco.javacpp.SizeTPointer;

/// NVIDIA's run-time compiler: CUDA C to machine code.
final class NvrtcCompiler {
    private static final String REMEDY =
            "use --device cpu, and report this line with the version of nvidia-cuda-nvrtc";

    /// Architectures of embedded systems, whose machine code no other GPU runs.
    private static final Set<Integer> EMBEDDED = Set.of(72, 87, 101, 110);

    /// Its version, such as `12.9`.
    String version() {
        int[] major = new int[1];
        int[] minor = new int[1];
        check(nvrtcVersion(major, minor), "ask NVRTC for its version");
        return major[0] + "." + minor[0];
    }

    /// The target for a device: machine code where the compiler knows the architecture, or an older
    /// one of the same generation, which the device runs too; else PTX of the newest that it knows,
    /// which the driver translates.
    ///
    /// @param architecture 80 for compute capability 8.0
    String target(int architecture) {
        int[] count = new int[1];
        check(nvrtcGetNumSupportedArchs(count), "ask NVRTC for its architectures");
        int[] known = new int[count[0]];
        check(nvrtcGetSupportedArchs(known), "ask NVRTC for its architectures");
        return target(architecture, known);
    }

    static String target(int architecture, int[] known) {
        int best = 0;
        for (int candidate : known) {
            boolean fits =
                    candidate == architecture
                            || (candidate < architecture && !EMBEDDED.contains(candidate));
            best = fits ? Math.max(best, candidate) : best;
        }
        if (best == 0) {
            throw new CudaException(
                    "device cuda: NVRTC compiles no more for GPUs of compute capability %d.%d; install an older nvidia-cuda-nvrtc, or use --device cpu"
                            .formatted(architecture / 10, architecture % 10));
        }
        return (best / 10 == architecture / 10 ? "sm_" : "compute_") + best;
    }

    /// Compiles a family.
    ///
    /// @param target as [#target] gives it
    /// @throws CudaException with the first line of the compiler's log where it refuses
    byte[] compile(KernelSource source, String target) {
        try (_nvrtcProgram program = new _nvrtcProgram();
                PointerPointer<BytePointer> headers = strings(source.headers().values());
                PointerPointer<BytePointer> names = strings(source.headers().keySet());
                BytePointer text = new BytePointer(source.text(), StandardCharsets.UTF_8);
                BytePointer name = new BytePointer(source.name() + ".cu")) {
            check(
                    nvrtcCreateProgram(
                            program, text, name, source.headers().size(), headers, names),
                    "begin to compile " + source.name() + ".cu");
            try (PointerPointer<BytePointer> options =
                    strings(List.of("--gpu-architecture=" + target))) {
                int status = nvrtcCompileProgram(program, 1, options);
                if (status != 0) {
                    throw new CudaException(
                            "device cuda: %s.cu does not compile for %s: %s: %s; %s"
                                    .formatted(
                                            source.name(),
                                            target,
                                            nvrtcGetErrorString(status).getString(),
                                            firstError(log(program)),
                                            REMEDY));
                }
                return result(program, target);
            } finally {
                nvrtcDestroyProgram(program);
            }
        }
    }

    private static byte[] result(_nvrtcProgram program, String target) {
        boolean isCode = target.startsWith("sm_");
        try (SizeTPointer size = new SizeTPointer(1)) {
            check(
                    isCode ? nvrtcGetCUBINSize(program, size) : nvrtcGetPTXSize(program, size),
                    "take what NVRTC made");
            byte[] bytes = new byte[Math.toIntExact(size.get())];
            check(
                    isCode ? nvrtcGetCUBIN(program, bytes) : nvrtcGetPTX(program, bytes),
                    "take what NVRTC made");
            return bytes;
        }
    }

    private static String log(_nvrtcProgram program) {
        try (SizeTPointer size = new SizeTPointer(1)) {
            if (nvrtcGetProgramLogSize(program, size) != 0 || size.get() == 0) {
                return "";
            }
            byte[] bytes = new byte[Math.toIntExact(size.get())];
            nvrtcGetProgramLog(program, bytes);
            return new String(bytes, StandardCharsets.UTF_8).replace("\0", "");
        }
    }

    private static String firstError(String log) {
        return log.lines()
                .filter(line -> line.contains("error"))
                .findFirst()
                .orElseGet(() -> log.lines().findFirst().orElse("no log"));
    }

    private static PointerPointer<BytePointer> strings(Iterable<String> texts) {
        List<BytePointer> pointers = new ArrayList<>();
        texts.forEach(text -> pointers.add(new BytePointer(text, StandardCharsets.UTF_8)));
        return new PointerPointer<>(pointers.toArray(BytePointer[]::new));
    }

    private static void check(int status, String what) {
        if (status != 0) {
            throw new CudaException(
                    "device cuda: cannot %s: %s; %s"
                            .formatted(what, nvrtcGetErrorString(status).getString(), REMEDY));
        }
    }
}
