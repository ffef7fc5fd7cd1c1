package xlmr.cuda;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import xlmr.ptx.Device;
import xlmr.ptx.DeviceBuffer;
import xlmr.ptx.machine.Dimensions;
import xlmr.ptx.machine.LaunchReport;
import xlmr.ptx.machine.Region;
import xlmr.tensor.Tensor;

/// Launches kernels on an emulated device, with tensors and arrays as arguments.
final class Launcher {
    /// A kernel of these sizes that runs longer does not end.
    private static final long INSTRUCTIONS = 50_000_000;

    private final Device device;
    private final CompiledKernels kernels;
    private final List<DeviceBuffer> buffers = new ArrayList<>();
    private final List<LaunchReport> reports = new ArrayList<>();

    /// @param replaced PTX for some families
    Launcher(Map<String, String> replaced) {
        device = new Device(1, INSTRUCTIONS);
        kernels = new CompiledKernels(device, replaced);
    }

    /// Changes how many instructions of warps a launch may run.
    void limitInstructions(long limit) {
        device.limitInstructions(limit);
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

    /// Bytes at an address that an allocation begins with.
    byte[] read(DevicePointer pointer, int bytes) {
        Region region = device.memory().find(pointer.address(), bytes);
        if (region == null) {
            throw new IllegalStateException("nothing is allocated at " + pointer);
        }
        return region.read(0, bytes);
    }

    /// Runs a kernel.
    void launch(KernelLaunch launch, Object[] arguments) {
        reports.add(
                device.launch(
                        kernels.get(launch.kernel()),
                        Dimensions.of(launch.gridX(), launch.gridY()),
                        Dimensions.of(launch.blockX(), launch.blockY()),
                        launch.sharedBytes(),
                        arguments));
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
