package xlmr.cuda;

import static org.bytedeco.cuda.global.cudart.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR;
import static org.bytedeco.cuda.global.cudart.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR;
import static org.bytedeco.cuda.global.cudart.CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT;
import static org.bytedeco.cuda.global.cudart.CU_EVENT_DISABLE_TIMING;
import static org.bytedeco.cuda.global.cudart.CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES;
import static org.bytedeco.cuda.global.cudart.CU_STREAM_NON_BLOCKING;
import static org.bytedeco.cuda.global.cudart.cuCtxSetCurrent;
import static org.bytedeco.cuda.global.cudart.cuDeviceGet;
import static org.bytedeco.cuda.global.cudart.cuDeviceGetAttribute;
import static org.bytedeco.cuda.global.cudart.cuDeviceGetCount;
import static org.bytedeco.cuda.global.cudart.cuDeviceGetName;
import static org.bytedeco.cuda.global.cudart.cuDevicePrimaryCtxRelease;
import static org.bytedeco.cuda.global.cudart.cuDevicePrimaryCtxRetain;
import static org.bytedeco.cuda.global.cudart.cuDeviceTotalMem;
import static org.bytedeco.cuda.global.cudart.cuDriverGetVersion;
import static org.bytedeco.cuda.global.cudart.cuEventCreate;
import static org.bytedeco.cuda.global.cudart.cuEventDestroy;
import static org.bytedeco.cuda.global.cudart.cuEventRecord;
import static org.bytedeco.cuda.global.cudart.cuEventSynchronize;
import static org.bytedeco.cuda.global.cudart.cuFuncSetAttribute;
import static org.bytedeco.cuda.global.cudart.cuInit;
import static org.bytedeco.cuda.global.cudart.cuLaunchKernel;
import static org.bytedeco.cuda.global.cudart.cuMemAlloc;
import static org.bytedeco.cuda.global.cudart.cuMemFree;
import static org.bytedeco.cuda.global.cudart.cuMemFreeHost;
import static org.bytedeco.cuda.global.cudart.cuMemHostAlloc;
import static org.bytedeco.cuda.global.cudart.cuMemcpyDtoDAsync;
import static org.bytedeco.cuda.global.cudart.cuMemcpyDtoHAsync;
import static org.bytedeco.cuda.global.cudart.cuMemcpyHtoDAsync;
import static org.bytedeco.cuda.global.cudart.cuModuleGetFunction;
import static org.bytedeco.cuda.global.cudart.cuModuleLoadData;
import static org.bytedeco.cuda.global.cudart.cuModuleUnload;
import static org.bytedeco.cuda.global.cudart.cuStreamCreate;
import static org.bytedeco.cuda.global.cudart.cuStreamDestroy;
import static org.bytedeco.cuda.global.cudart.cuStreamQuery;
import static org.bytedeco.cuda.global.cudart.cuStreamSynchronize;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import org.bytedeco.cuda.cudart.CUctx_st;
import org.bytedeco.cuda.cudart.CUevent_st;
import org.bytedeco.cuda.cudart.CUfunc_st;
import org.bytedeco.cuda.cudart.CUmod_st;
import org.bytedeco.cuda.cudart.CUstream_st;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.SizeTPointer;
import org.jspecify.annotations.Nullable;
import xlmr.backend.BackendUnavailableException;

/// The driver's calls that a backend needs, each with its status checked: one device, its primary
/// context, one stream on which everything runs in order.
///
/// Not safe for several threads at once; [CudaDevice] lets one in at a time.
final class CudaDriver implements AutoCloseable {
    /// Dynamic shared memory that a kernel may have without asking.
    private static final int PLAIN_SHARED_BYTES = 48 << 10;

    private static final int NAME_BYTES = 256;

    private final DeviceFacts facts;
    private final CUctx_st context;
    private final CUstream_st stream;

    /// Whether the stream records what it is asked for, see [DeviceGraph].
    private boolean isRecording;

    private CudaDriver(DeviceFacts facts, CUctx_st context, CUstream_st stream) {
        this.facts = facts;
        this.context = context;
        this.stream = stream;
    }

    /// How many GPUs the driver shows.
    ///
    /// @throws BackendUnavailableException if there is no driver
    static int count() {
        CudaLibraries.load();
        available(cuInit(0), "start the driver");
        int[] number = new int[1];
        available(cuDeviceGetCount(number), "count the devices");
        return number[0];
    }

    /// What the device of that number is.
    ///
    /// @throws BackendUnavailableException if there is no driver or no such device
    static DeviceFacts facts(int ordinal) {
        int count = count();
        if (ordinal >= count) {
            throw new BackendUnavailableException(
                    "device cuda: the driver shows %d GPUs, there is no number %d; look at nvidia-smi and CUDA_VISIBLE_DEVICES, or use --device cpu"
                            .formatted(count, ordinal));
        }
        int[] number = new int[1];
        int[] version = new int[1];
        available(cuDriverGetVersion(version), "ask for its version");
        available(cuDeviceGet(number, ordinal), "open the device");
        int device = number[0];
        byte[] name = new byte[NAME_BYTES];
        available(cuDeviceGetName(name, name.length, device), "ask for the device's name");
        try (SizeTPointer bytes = new SizeTPointer(1)) {
            available(cuDeviceTotalMem(bytes, device), "ask for the device's memory");
            return new DeviceFacts(
                    ordinal,
                    text(name),
                    attribute(device, CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR),
                    attribute(device, CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR),
                    attribute(device, CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT),
                    bytes.get(),
                    version[0]);
        }
    }

    private static int attribute(int device, int attribute) {
        int[] value = new int[1];
        available(cuDeviceGetAttribute(value, attribute, device), "ask the device for attribute");
        return value[0];
    }

    private static String text(byte[] bytes) {
        int end = 0;
        while (end < bytes.length && bytes[end] != 0) {
            end++;
        }
        return new String(bytes, 0, end, StandardCharsets.UTF_8);
    }

    /// Opens a device.
    ///
    /// @throws BackendUnavailableException if that is not possible
    static CudaDriver open(int ordinal) {
        DeviceFacts facts = facts(ordinal);
        CUctx_st context = new CUctx_st();
        available(cuDevicePrimaryCtxRetain(context, ordinal), "take the device's context");
        available(cuCtxSetCurrent(context), "enter the device's context");
        CUstream_st stream = new CUstream_st();
        available(cuStreamCreate(stream, CU_STREAM_NON_BLOCKING), "make a stream");
        return new CudaDriver(facts, context, stream);
    }

    DeviceFacts facts() {
        return facts;
    }

    CUstream_st stream() {
        return stream;
    }

    /// Makes the context that of the calling thread.
    void enter() {
        DriverStatus.check(cuCtxSetCurrent(context), "enter the context of " + facts.name());
    }

    /// From now on, whether the stream records what it is asked for instead of doing it.
    void setRecording(boolean value) {
        isRecording = value;
    }

    /// The driver would refuse it as well, and the whole record with it.
    private void expectNoRecording(String what) {
        if (isRecording) {
            throw new NotRecordableException(what);
        }
    }

    /// Memory of the device, or 0 if there is not as much.
    long allocate(long bytes) {
        expectNoRecording("memory is allocated");
        long[] address = new long[1];
        int status = cuMemAlloc(address, bytes);
        if (status == DriverStatus.OUT_OF_MEMORY) {
            return 0;
        }
        DriverStatus.check(status, "allocate %d bytes".formatted(bytes));
        return address[0];
    }

    void free(long address) {
        expectNoRecording("memory is freed");
        DriverStatus.check(cuMemFree(address), "free memory");
    }

    /// Memory of the host that the device can read and write while the processor does other things.
    MemorySegment allocatePinned(long bytes) {
        Pointer pointer = new Pointer();
        DriverStatus.check(cuMemHostAlloc(pointer, bytes, 0), "allocate pinned memory");
        return MemorySegment.ofAddress(pointer.address()).reinterpret(bytes);
    }

    void freePinned(MemorySegment memory) {
        DriverStatus.check(
                cuMemFreeHost(new NativeAddress(memory.address())), "free pinned memory");
    }

    /// Copies pinned memory to the device, some time before what is launched after.
    void copyIn(MemorySegment pinned, long to) {
        // It would be copied again each time, whatever the pinned memory holds by then.
        expectNoRecording("an array of the host goes in");
        DriverStatus.check(
                cuMemcpyHtoDAsync(
                        to, new NativeAddress(pinned.address()), pinned.byteSize(), stream),
                "copy %d bytes to the device".formatted(pinned.byteSize()));
    }

    /// Copies to pinned memory; it is there after [#synchronize].
    void copyOut(long from, MemorySegment pinned) {
        expectNoRecording("the host reads a result");
        DriverStatus.check(
                cuMemcpyDtoHAsync(
                        new NativeAddress(pinned.address()), from, pinned.byteSize(), stream),
                "copy %d bytes from the device".formatted(pinned.byteSize()));
    }

    /// Copies on the device.
    void copyWithin(long from, long to, long bytes) {
        DriverStatus.check(
                cuMemcpyDtoDAsync(to, from, bytes, stream),
                "copy %d bytes on the device".formatted(bytes));
    }

    /// Waits for everything so far.
    void synchronize() {
        expectNoRecording("the host waits");
        DriverStatus.check(cuStreamSynchronize(stream), "wait for the device");
    }

    /// Whether everything so far is done.
    boolean isIdle() {
        int status = cuStreamQuery(stream);
        if (status == DriverStatus.NOT_READY) {
            return false;
        }
        DriverStatus.check(status, "ask the device whether it is done");
        return true;
    }

    CUevent_st createEvent() {
        CUevent_st event = new CUevent_st();
        DriverStatus.check(cuEventCreate(event, CU_EVENT_DISABLE_TIMING), "make an event");
        return event;
    }

    /// Marks the place that the stream has come to.
    void record(CUevent_st event) {
        expectNoRecording("an event is marked");
        DriverStatus.check(cuEventRecord(event, stream), "record an event");
    }

    /// Waits until the stream has passed the mark.
    void await(CUevent_st event) {
        expectNoRecording("the host waits");
        DriverStatus.check(cuEventSynchronize(event), "wait for an event");
    }

    void destroy(CUevent_st event) {
        DriverStatus.check(cuEventDestroy(event), "destroy an event");
    }

    /// Loads machine code, or PTX that ends in a zero byte.
    CUmod_st load(byte[] image, String family) {
        expectNoRecording("kernels are loaded");
        CUmod_st module = new CUmod_st();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment copy = arena.allocate(image.length + 1L, 16);
            MemorySegment.copy(
                    image, 0, copy, java.lang.foreign.ValueLayout.JAVA_BYTE, 0, image.length);
            DriverStatus.check(
                    cuModuleLoadData(module, new NativeAddress(copy.address())),
                    "load the kernels '%s' on %s".formatted(family, facts.name()));
        }
        return module;
    }

    void unload(CUmod_st module) {
        DriverStatus.check(cuModuleUnload(module), "unload kernels");
    }

    /// A kernel of a module, or null if it has none of that name.
    @Nullable CUfunc_st function(CUmod_st module, String kernel) {
        CUfunc_st function = new CUfunc_st();
        int status = cuModuleGetFunction(function, module, kernel);
        if (status == DriverStatus.NOT_FOUND) {
            return null;
        }
        DriverStatus.check(status, "look for the kernel " + kernel);
        return function;
    }

    /// Lets a kernel have more shared memory than it may have without asking.
    private static void allowShared(CUfunc_st function, KernelLaunch launch) {
        if (launch.sharedBytes() > PLAIN_SHARED_BYTES) {
            DriverStatus.check(
                    cuFuncSetAttribute(
                            function,
                            CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES,
                            launch.sharedBytes()),
                    "give shared memory to " + launch);
        }
    }

    /// Launches a kernel: the one place where that is done.
    ///
    /// @param parameters address of the array of the parameters' addresses
    void launch(CUfunc_st function, KernelLaunch launch, long parameters) {
        allowShared(function, launch);
        int status =
                cuLaunchKernel(
                        function,
                        launch.gridX(),
                        launch.gridY(),
                        1,
                        launch.blockX(),
                        launch.blockY(),
                        1,
                        launch.sharedBytes(),
                        stream,
                        new NativeAddress.OfPointers(parameters),
                        null);
        if (status != 0) {
            DriverStatus.check(status, "launch " + launch);
        }
    }

    /// Gives the stream and the context back.
    @Override
    public void close() {
        cuStreamDestroy(stream);
        cuDevicePrimaryCtxRelease(facts.ordinal());
    }

    private static void available(int status, String what) {
        if (status != 0) {
            throw new BackendUnavailableException(
                    "device cuda: " + DriverStatus.describe(status, what));
        }
    }
}
