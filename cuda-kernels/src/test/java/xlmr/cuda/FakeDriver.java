package xlmr.cuda;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.bytedeco.cuda.global.cudart.CUDA_VERSION;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import xlmr.ptx.Kernel;
import xlmr.ptx.machine.Dimensions;
import xlmr.ptx.machine.Program;

/// `libcuda.so.1`: the driver's functions that the backend calls, over a [FakeGpu].
final class FakeDriver {
    private static final int ARCHITECTURE_MAJOR = 75;
    private static final int ARCHITECTURE_MINOR = 76;
    private static final int MULTIPROCESSORS = 16;
    private static final int SHARED_ATTRIBUTE = 8;
    private static final String NAME = "PTX emulator (no GPU)";

    private final FakeMachine machine;
    private final FakeLibrary library;

    FakeDriver(FakeMachine machine) {
        this.machine = machine;
        library = new FakeLibrary("libcuda.so.1", machine);
        device();
        streams();
        memory();
        kernels();
        FakeGraphs.addTo(library, this::gpu);
    }

    private FakeGpu gpu() {
        return machine.gpu();
    }

    FakeLibrary library() {
        return library;
    }

    /// A function that may not be called while a stream is captured.
    private FakeLibrary.Function outside(FakeLibrary.Function body) {
        return a -> {
            int forbidden = gpu().graphs.forbidden();
            return forbidden == 0 ? body.call(a) : forbidden;
        };
    }

    private void device() {
        library.with("cuInit", a -> 0, JAVA_INT)
                // NVRTC asks for it where it finds a driver.
                .with("cuGetExportTable", a -> FakeGpu.NOT_FOUND, ADDRESS, ADDRESS)
                .with("cuDriverGetVersion", a -> put(a, CUDA_VERSION), ADDRESS)
                .with("cuDeviceGetCount", a -> put(a, machine.visible), ADDRESS)
                .with(
                        "cuDeviceGet",
                        a -> a.number(1) < machine.visible ? put(a, a.number(1)) : 101,
                        ADDRESS,
                        JAVA_INT)
                .with(
                        "cuDeviceGetName",
                        a -> {
                            a.pointer(0, a.number(1)).setString(0, NAME);
                            return 0;
                        },
                        ADDRESS,
                        JAVA_INT,
                        JAVA_INT)
                .with("cuDeviceTotalMem_v2", a -> putWide(a, 1L << 33), ADDRESS, JAVA_INT)
                .with(
                        "cuDeviceGetAttribute",
                        a ->
                                switch (a.number(1)) {
                                    case ARCHITECTURE_MAJOR -> put(a, 8);
                                    case ARCHITECTURE_MINOR -> put(a, 0);
                                    case MULTIPROCESSORS -> put(a, 1);
                                    default -> FakeGpu.INVALID_VALUE;
                                },
                        ADDRESS,
                        JAVA_INT,
                        JAVA_INT)
                .with(
                        "cuDevicePrimaryCtxRetain",
                        a -> putWide(a, machine.retain(a.number(1))),
                        ADDRESS,
                        JAVA_INT)
                .with(
                        "cuDevicePrimaryCtxRelease_v2",
                        a -> released(--machine.gpus.get(a.number(0)).contexts),
                        JAVA_INT)
                .with("cuCtxSetCurrent", a -> machine.enter(a.address(0)), ADDRESS)
                .with(
                        "cuGetErrorName",
                        a -> {
                            a.pointer(1, 8)
                                    .set(
                                            ADDRESS,
                                            0,
                                            Arena.global().allocateFrom(name(a.number(0))));
                            return 0;
                        },
                        JAVA_INT,
                        ADDRESS);
    }

    private void streams() {
        library.with(
                        "cuStreamCreate",
                        a -> {
                            long stream = gpu().handle();
                            gpu().streams.add(stream);
                            return putWide(a, stream);
                        },
                        ADDRESS,
                        JAVA_INT)
                .with(
                        "cuStreamDestroy_v2",
                        outside(
                                a ->
                                        gpu().streams.remove(a.address(0))
                                                ? 0
                                                : FakeGpu.INVALID_VALUE),
                        ADDRESS)
                .with("cuStreamSynchronize", outside(a -> gpu().await(Long.MAX_VALUE)), ADDRESS)
                .with("cuStreamQuery", outside(a -> gpu().query()), ADDRESS)
                .with("cuEventCreate", a -> putWide(a, gpu().newEvent()), ADDRESS, JAVA_INT)
                .with(
                        "cuEventRecord",
                        a -> {
                            gpu().record(a.address(0));
                            return 0;
                        },
                        ADDRESS,
                        ADDRESS)
                .with("cuEventSynchronize", outside(a -> gpu().awaitEvent(a.address(0))), ADDRESS)
                .with("cuEventDestroy_v2", a -> gpu().destroyEvent(a.address(0)), ADDRESS);
    }

    private void memory() {
        library.with(
                        "cuMemAlloc_v2",
                        outside(
                                a -> {
                                    if (!machine.isEntered()) {
                                        return FakeGpu.INVALID_CONTEXT;
                                    }
                                    if (a.wide(1) == 0) {
                                        return FakeGpu.INVALID_VALUE;
                                    }
                                    long address = gpu().allocate(a.wide(1));
                                    return address == 0
                                            ? FakeGpu.OUT_OF_MEMORY
                                            : putWide(a, address);
                                }),
                        ADDRESS,
                        JAVA_LONG)
                .with("cuMemFree_v2", outside(a -> gpu().free(a.wide(0))), JAVA_LONG)
                .with(
                        "cuMemHostAlloc",
                        outside(a -> putWide(a, gpu().allocatePinned(a.wide(1)).address())),
                        ADDRESS,
                        JAVA_LONG,
                        JAVA_INT)
                .with("cuMemFreeHost", outside(a -> gpu().freePinned(a.address(0))), ADDRESS)
                .with(
                        "cuMemcpyHtoDAsync_v2",
                        a -> gpu().copyIn(a.wide(0), a.address(1), a.wide(2)),
                        JAVA_LONG,
                        ADDRESS,
                        JAVA_LONG,
                        ADDRESS)
                .with(
                        "cuMemcpyDtoHAsync_v2",
                        a -> gpu().copyOut(a.address(0), a.wide(1), a.wide(2)),
                        ADDRESS,
                        JAVA_LONG,
                        JAVA_LONG,
                        ADDRESS)
                .with(
                        "cuMemcpyDtoDAsync_v2",
                        a -> gpu().copyWithin(a.wide(0), a.wide(1), a.wide(2)),
                        JAVA_LONG,
                        JAVA_LONG,
                        JAVA_LONG,
                        ADDRESS);
    }

    private void kernels() {
        library.with(
                        "cuModuleLoadData",
                        outside(a -> putWide(a, gpu().load(a.text(1)))),
                        ADDRESS,
                        ADDRESS)
                .with(
                        "cuModuleUnload",
                        a -> {
                            gpu().await(Long.MAX_VALUE);
                            return gpu().modules.remove(a.address(0)) == null
                                    ? FakeGpu.INVALID_VALUE
                                    : 0;
                        },
                        ADDRESS)
                .with(
                        "cuModuleGetFunction",
                        a -> {
                            Map<String, Kernel> kernels =
                                    Objects.requireNonNull(gpu().modules.get(a.address(1)))
                                            .kernels();
                            Kernel kernel = kernels.get(a.text(2));
                            if (kernel == null) {
                                return FakeGpu.NOT_FOUND;
                            }
                            long handle = gpu().handle();
                            gpu().functions.put(handle, kernel);
                            return putWide(a, handle);
                        },
                        ADDRESS,
                        ADDRESS,
                        ADDRESS)
                .with(
                        "cuFuncSetAttribute",
                        a -> a.number(1) == SHARED_ATTRIBUTE ? 0 : FakeGpu.INVALID_VALUE,
                        ADDRESS,
                        JAVA_INT,
                        JAVA_INT)
                .with(
                        "cuLaunchKernel",
                        this::launch,
                        ADDRESS,
                        JAVA_INT,
                        JAVA_INT,
                        JAVA_INT,
                        JAVA_INT,
                        JAVA_INT,
                        JAVA_INT,
                        JAVA_INT,
                        ADDRESS,
                        ADDRESS,
                        ADDRESS);
    }

    private int launch(FakeLibrary.Arguments a) {
        if (!machine.isEntered()) {
            return FakeGpu.INVALID_CONTEXT;
        }
        Kernel kernel = gpu().functions.get(a.address(0));
        boolean isOwn = gpu().streams.contains(a.address(8));
        if (kernel == null || !isOwn || a.number(3) != 1 || a.number(6) != 1) {
            return FakeGpu.INVALID_VALUE;
        }
        List<Program.Parameter> parameters = kernel.program().parameters();
        byte[] block = new byte[kernel.program().parameterBytes()];
        MemorySegment pointers = a.pointer(9, 8L * parameters.size());
        for (int i = 0; i < parameters.size(); i++) {
            Program.Parameter parameter = parameters.get(i);
            MemorySegment value = pointers.getAtIndex(ADDRESS, i).reinterpret(parameter.bytes());
            MemorySegment.copy(
                    value, ValueLayout.JAVA_BYTE, 0, block, parameter.offset(), parameter.bytes());
        }
        return gpu().launch(
                        kernel,
                        Dimensions.of(a.number(1), a.number(2)),
                        Dimensions.of(a.number(4), a.number(5)),
                        a.number(7),
                        block);
    }

    private static int released(int left) {
        return left < 0 ? FakeGpu.INVALID_VALUE : 0;
    }

    private static int put(FakeLibrary.Arguments a, int value) {
        a.pointer(0, 4).set(JAVA_INT, 0, value);
        return 0;
    }

    private static int putWide(FakeLibrary.Arguments a, long value) {
        a.pointer(0, 8).set(JAVA_LONG, 0, value);
        return 0;
    }

    private static String name(int status) {
        return switch (status) {
            case FakeGpu.INVALID_VALUE -> "CUDA_ERROR_INVALID_VALUE";
            case FakeGpu.OUT_OF_MEMORY -> "CUDA_ERROR_OUT_OF_MEMORY";
            case FakeGpu.INVALID_CONTEXT -> "CUDA_ERROR_INVALID_CONTEXT";
            case FakeGpu.NOT_FOUND -> "CUDA_ERROR_NOT_FOUND";
            case FakeGraphs.UNSUPPORTED -> "CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED";
            case FakeGraphs.INVALIDATED -> "CUDA_ERROR_STREAM_CAPTURE_INVALIDATED";
            case FakeGpu.LAUNCH_FAILED -> "CUDA_ERROR_LAUNCH_FAILED";
            default -> "CUDA_ERROR_" + status;
        };
    }
}
