package xlmr.ptx;

import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import xlmr.ptx.instructions.ProgramDecoder;
import xlmr.ptx.machine.Dimensions;
import xlmr.ptx.machine.GlobalMemory;
import xlmr.ptx.machine.KernelFault;
import xlmr.ptx.machine.Launch;
import xlmr.ptx.machine.LaunchReport;
import xlmr.ptx.machine.Program;
import xlmr.ptx.machine.Region;
import xlmr.ptx.syntax.Function;
import xlmr.ptx.syntax.PtxModule;
import xlmr.ptx.syntax.PtxSyntaxException;
import xlmr.ptx.syntax.Variable;

/// An emulated GPU. It runs one launch at a time, and is used by one thread.
///
/// Blocks run one after the other, and the warps of a block by turns, so a kernel that waits for
/// another block does not end: it is stopped by the limit on instructions.
public final class Device {
    private static final long DEFAULT_LIMIT = 20_000_000_000L;

    private final GlobalMemory memory;
    private final long seed;
    private long instructionLimit;

    /// A device that takes the warps of a block in an order of its own.
    public Device() {
        this(1, DEFAULT_LIMIT);
    }

    /// A device with an order of warps and a limit.
    ///
    /// @param seed decides the order in which the warps of a block go; errors that depend on it are
    ///   races
    /// @param instructionLimit how many instructions of warps a launch may run
    public Device(long seed, long instructionLimit) {
        this(seed, instructionLimit, GlobalMemory.FIRST);
    }

    /// As above, with memory that begins at an address: those of several devices can then be told
    /// apart.
    public Device(long seed, long instructionLimit, long firstAddress) {
        this.memory = new GlobalMemory(firstAddress);
        this.seed = seed;
        this.instructionLimit = instructionLimit;
    }

    /// Changes how many instructions of warps a launch may run.
    public void limitInstructions(long limit) {
        instructionLimit = limit;
    }

    /// Allocates memory whose bytes are not written yet.
    public DeviceBuffer allocate(long bytes) {
        return new DeviceBuffer(memory.allocate(bytes));
    }

    /// A new buffer with these values.
    public DeviceBuffer upload(float... values) {
        DeviceBuffer buffer = allocate(values.length * 4L);
        buffer.write(values);
        return buffer;
    }

    /// A new buffer with these values.
    public DeviceBuffer upload(int[] values) {
        DeviceBuffer buffer = allocate(values.length * 4L);
        buffer.write(values);
        return buffer;
    }

    /// A new buffer with these values of 16 bits.
    public DeviceBuffer upload(short[] values) {
        DeviceBuffer buffer = allocate(values.length * 2L);
        buffer.write(values);
        return buffer;
    }

    /// Gives a buffer back; an access to it is out of bounds from now on.
    public void free(DeviceBuffer buffer) {
        memory.free(buffer.address());
    }

    /// Bytes of all buffers that were not given back.
    public long allocatedBytes() {
        return memory.allocatedBytes();
    }

    /// Global memory by address, for those who hold addresses and no buffers.
    public GlobalMemory memory() {
        return memory;
    }

    /// Decodes all kernels of a module and makes its variables.
    ///
    /// @throws PtxSyntaxException where an instruction or a modifier is not known
    public LoadedModule load(PtxModule module) {
        Map<Variable, Long> addresses = new HashMap<>();
        Map<String, DeviceBuffer> variables = new LinkedHashMap<>();
        for (Variable variable : module.variables()) {
            switch (variable.space()) {
                case GLOBAL, CONST -> {
                    Region region = memory.allocate(variable.bytes());
                    // What has no initializer is zero.
                    region.fill((byte) 0);
                    region.write(0, variable.initial());
                    addresses.put(variable, region.base());
                    variables.put(variable.name(), new DeviceBuffer(region));
                }
                case SHARED -> {}
                case GENERIC, LOCAL, PARAM ->
                        throw new PtxSyntaxException(
                                variable.line(),
                                "a module has no variables in ." + variable.space());
            }
        }
        int largest = largestSharedBytes(module.target());
        Map<String, Kernel> kernels = new LinkedHashMap<>();
        for (Function function : module.functions().values()) {
            if (function.isKernel() && function.hasBody()) {
                Program program = ProgramDecoder.decode(module, function, addresses);
                kernels.put(function.name(), new Kernel(program, largest));
            }
        }
        return new LoadedModule(
                Collections.unmodifiableMap(kernels), Collections.unmodifiableMap(variables));
    }

    /// The most shared memory of a block, from the CUDA C++ Programming Guide's table of compute
    /// capabilities.
    private static int largestSharedBytes(String target) {
        return switch (target.replaceAll("[a-z]+$", "")) {
            case "sm_75" -> 64 << 10;
            case "sm_80", "sm_87" -> 163 << 10;
            case "sm_86", "sm_89", "sm_120", "sm_121" -> 99 << 10;
            case "sm_90", "sm_100", "sm_103", "sm_110" -> 227 << 10;
            default -> 48 << 10;
        };
    }

    /// Runs a kernel over a grid.
    ///
    /// @param sharedBytes dynamic shared memory of a block
    /// @param arguments for each parameter a [DeviceBuffer], a number of its size, or its bytes
    /// @throws KernelFault where the kernel does what it must not
    /// @throws IllegalArgumentException where the launch does not fit the kernel
    public LaunchReport launch(
            Kernel kernel,
            Dimensions grid,
            Dimensions block,
            int sharedBytes,
            Object... arguments) {
        return launchPacked(
                kernel, grid, block, sharedBytes, Arguments.pack(kernel.program(), arguments));
    }

    /// Runs a kernel over a grid, with all parameters packed into one block.
    ///
    /// @throws KernelFault where the kernel does what it must not
    /// @throws IllegalArgumentException where the launch does not fit the kernel
    public LaunchReport launchPacked(
            Kernel kernel, Dimensions grid, Dimensions block, int sharedBytes, byte[] parameters) {
        Program program = kernel.program();
        check(
                parameters.length == program.parameterBytes(),
                "%s has parameters of %d bytes, not %d",
                kernel.name(),
                program.parameterBytes(),
                parameters.length);
        check(
                block.count() <= program.maximumThreads() && block.z() <= 64,
                "%s is launched with %s threads; it allows %d",
                kernel.name(),
                block,
                program.maximumThreads());
        check(
                program.requiredThreads() == 0 || block.count() == program.requiredThreads(),
                "%s is launched with %s threads; it needs %d",
                kernel.name(),
                block,
                program.requiredThreads());
        check(
                grid.y() <= 65535 && grid.z() <= 65535,
                "%s is launched over %s blocks; y and z go to 65535",
                kernel.name(),
                grid);
        check(
                sharedBytes >= 0
                        && kernel.staticSharedBytes() + (long) sharedBytes
                                <= kernel.largestSharedBytes(),
                "%s is launched with %d + %d bytes of shared memory; the device has %d",
                kernel.name(),
                kernel.staticSharedBytes(),
                sharedBytes,
                kernel.largestSharedBytes());
        return new Launch(
                        program,
                        grid,
                        block,
                        sharedBytes,
                        parameters,
                        memory,
                        seed,
                        instructionLimit)
                .run();
    }

    private static void check(boolean holds, String message, Object... values) {
        if (!holds) {
            throw new IllegalArgumentException(message.formatted(values));
        }
    }
}
