package xlmr.cuda;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// NVIDIA's run-time compiler, which needs no GPU.
public final class Nvrtc {
    /// What came of a compilation.
    ///
    /// @param ptx the PTX
    /// @param cubin machine code; empty where the architecture is a virtual one (`compute_80`)
    /// @param log warnings, and what ptxas says of registers
    public record Compiled(String ptx, byte[] cubin, String log) {}

    private static final String MISSING =
            "no NVRTC: set -Dxlmr.nvrtc to the folder of libnvrtc.so, which tools/nvrtc fetches";

    private final SymbolLookup library;

    private Nvrtc(SymbolLookup library) {
        this.library = library;
    }

    /// The compiler in the folder or file that `-Dxlmr.nvrtc` or `XLMR_NVRTC` names, or in the
    /// usual place.
    public static Optional<Nvrtc> find() {
        String named = System.getProperty("xlmr.nvrtc", System.getenv("XLMR_NVRTC"));
        Path place = Path.of(named == null ? "/usr/local/cuda/lib64" : named);
        Path folder = Files.isDirectory(place) ? place : place.toAbsolutePath().getParent();
        if (folder == null || !Files.isDirectory(folder)) {
            return Optional.empty();
        }
        Optional<Path> library = first(folder, "libnvrtc.so*");
        if (library.isEmpty()) {
            return Optional.empty();
        }
        // It asks for this one by its bare name.
        first(folder, "libnvrtc-builtins.so*").ifPresent(file -> System.load(file.toString()));
        return Optional.of(new Nvrtc(SymbolLookup.libraryLookup(library.get(), Arena.global())));
    }

    /// The compiler.
    ///
    /// @throws AssertionError where it is missing
    public static Nvrtc require() {
        return find().orElseThrow(
                        () ->
                                new AssertionError(
                                        "no NVRTC: set -Dxlmr.nvrtc to the folder of libnvrtc.so"));
    }

    /// The compiler. Where it is missing the test is skipped, unless `-Dxlmr.nvrtc.required=true`
    /// says that it has to fail.
    public static Nvrtc orSkip() {
        if (!Boolean.getBoolean("xlmr.nvrtc.required")) {
            assumeTrue(find().isPresent(), MISSING);
        }
        return require();
    }

    private static Optional<Path> first(Path folder, String pattern) {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, pattern)) {
            for (Path file : files) {
                return Optional.of(file.toRealPath());
            }
            return Optional.empty();
        } catch (IOException exception) {
            return Optional.empty();
        }
    }

    /// Compiles a family.
    ///
    /// @throws IllegalStateException with the compiler's log where it refuses
    public Compiled compile(KernelSource source, List<String> options) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment handle = arena.allocate(ADDRESS);
            List<String> names = List.copyOf(source.headers().keySet());
            MemorySegment headers =
                    strings(arena, names.stream().map(source.headers()::get).toList());
            call(
                    "nvrtcCreateProgram",
                    handle,
                    arena.allocateFrom(source.text()),
                    arena.allocateFrom(source.name() + ".cu"),
                    names.size(),
                    headers,
                    strings(arena, names));
            MemorySegment program = handle.get(ADDRESS, 0);
            int status =
                    call("nvrtcCompileProgram", program, options.size(), strings(arena, options));
            String log =
                    new String(
                                    bytes(arena, program, "nvrtcGetProgramLog"),
                                    java.nio.charset.StandardCharsets.UTF_8)
                            .replace("\0", "");
            if (status != 0) {
                throw new IllegalStateException(source.name() + ".cu: " + log);
            }
            byte[] ptx = bytes(arena, program, "nvrtcGetPTX");
            byte[] cubin = bytes(arena, program, "nvrtcGetCUBIN");
            call("nvrtcDestroyProgram", handle);
            return new Compiled(
                    new String(ptx, java.nio.charset.StandardCharsets.UTF_8).replace("\0", ""),
                    cubin,
                    log);
        }
    }

    private byte[] bytes(Arena arena, MemorySegment program, String getter) {
        MemorySegment size = arena.allocate(JAVA_LONG);
        if (call(getter + "Size", program, size) != 0 || size.get(JAVA_LONG, 0) == 0) {
            return new byte[0];
        }
        MemorySegment result = arena.allocate(size.get(JAVA_LONG, 0));
        call(getter, program, result);
        return result.toArray(JAVA_BYTE);
    }

    private static MemorySegment strings(Arena arena, List<String> texts) {
        MemorySegment pointers = arena.allocate(ADDRESS, Math.max(1, texts.size()));
        for (int i = 0; i < texts.size(); i++) {
            pointers.setAtIndex(ADDRESS, i, arena.allocateFrom(texts.get(i)));
        }
        return pointers;
    }

    /// Calls a function of pointers and ints that returns a status.
    private int call(String function, Object... arguments) {
        MemoryLayout[] layouts = new MemoryLayout[arguments.length];
        for (int i = 0; i < layouts.length; i++) {
            layouts[i] = arguments[i] instanceof Integer ? JAVA_INT : ADDRESS;
        }
        MethodHandle handle =
                Linker.nativeLinker()
                        .downcallHandle(
                                library.find(function).orElseThrow(),
                                FunctionDescriptor.of(JAVA_INT, layouts));
        try {
            return (int) handle.invokeWithArguments(arguments);
        } catch (Throwable throwable) {
            throw new IllegalStateException(function, throwable);
        }
    }
}
