package xlmr.cuda;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import xlmr.ptx.Device;
import xlmr.ptx.DeviceBuffer;
import xlmr.ptx.machine.Dimensions;
import xlmr.ptx.machine.LaunchReport;
import xlmr.tensor.Tensor;

/// Launches kernels on an emulated device, with tensors and arrays as arguments.
final class Launcher {
    private static final int THREADS = 256;

    /// Blocks of element kernels: as many as a large GPU has room for; what is left over is done in
    /// a loop.
    private static final int MOST_BLOCKS = 1024;

    /// A kernel of these sizes that runs longer does not end.
    private static final long INSTRUCTIONS = 50_000_000;

    private final Device device = new Device(1, INSTRUCTIONS);
    private final CompiledKernels kernels;
    private final List<DeviceBuffer> buffers = new ArrayList<>();
    private final List<LaunchReport> reports = new ArrayList<>();

    /// @param replaced PTX for some families
    Launcher(Map<String, String> replaced) {
        kernels = new CompiledKernels(device, replaced);
    }

    /// Memory whose contents are undefined.
    DeviceBuffer allocate(long bytes) {
        DeviceBuffer buffer = device.allocate(bytes);
        buffers.add(buffer);
        return buffer;
    }

    DeviceBuffer upload(float[] values) {
        DeviceBuffer buffer = allocate(values.length * 4L);
        buffer.write(values);
        return buffer;
    }

    DeviceBuffer upload(int[] values) {
        DeviceBuffer buffer = allocate(values.length * 4L);
        buffer.write(values);
        return buffer;
    }

    /// A tensor on the device: its own memory, or a copy of what lies on the host.
    DeviceBuffer pointer(Tensor tensor) {
        return tensor.storage() instanceof DeviceStorage storage
                ? storage.buffer()
                : upload(tensor.toArray());
    }

    /// A pointer that may be null.
    Object pointerOrNull(float @Nullable [] values) {
        return values == null ? (Object) 0L : upload(values);
    }

    /// A kernel that works on elements one by one; their number is its last argument.
    void elements(String kernel, int n, Object... arguments) {
        Object[] all = java.util.Arrays.copyOf(arguments, arguments.length + 1);
        all[arguments.length] = n;
        int blocks = Math.min(MOST_BLOCKS, (n + THREADS - 1) / THREADS);
        launch(kernel, blocks, 1, THREADS, 1, all);
    }

    /// A kernel of blocks in one row.
    void rows(String kernel, int rows, int threads, Object... arguments) {
        launch(kernel, rows, 1, threads, 1, arguments);
    }

    /// Launches, unless there is nothing to do.
    void launch(String kernel, int gridX, int gridY, int blockX, int blockY, Object... arguments) {
        launchShared(kernel, gridX, gridY, blockX, blockY, 0, arguments);
    }

    /// Launches with dynamic shared memory.
    void launchShared(
            String kernel,
            int gridX,
            int gridY,
            int blockX,
            int blockY,
            int sharedBytes,
            Object... arguments) {
        if (gridX == 0 || gridY == 0) {
            return;
        }
        Object[] packed = new Object[arguments.length];
        for (int i = 0; i < packed.length; i++) {
            packed[i] = arguments[i] instanceof Tensor tensor ? pointer(tensor) : arguments[i];
        }
        reports.add(
                device.launch(
                        kernels.get(kernel),
                        Dimensions.of(gridX, gridY),
                        Dimensions.of(blockX, blockY),
                        sharedBytes,
                        packed));
    }

    /// What was launched since the last time.
    List<LaunchReport> takeReports() {
        List<LaunchReport> taken = List.copyOf(reports);
        reports.clear();
        return taken;
    }

    /// Gives all memory back.
    void freeAll() {
        buffers.forEach(device::free);
        buffers.clear();
    }
}
