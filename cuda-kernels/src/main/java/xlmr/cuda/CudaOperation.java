package xlmr.cuda;

import java.util.ArrayList;
import java.util.List;
import xlmr.tensor.Tensor;

/// An operation on a GPU: holds the device, so that operations of several threads do not mix.
final class CudaOperation extends Operation {
    private final CudaDevice.Entry entry;
    private final List<DeviceMemory.Block> scratch = new ArrayList<>();

    CudaOperation(CudaDevice device) {
        entry = device.enter();
    }

    CudaDevice.Entry entry() {
        return entry;
    }

    @Override
    DevicePointer scratch(long bytes) {
        DeviceMemory.Block block = entry.memory().allocate(bytes);
        scratch.add(block);
        return new DevicePointer(block.address());
    }

    @Override
    DevicePointer upload(int[] values) {
        DevicePointer known = entry.place(values);
        if (known != null) {
            return known;
        }
        DevicePointer place = scratch((long) values.length * Integer.BYTES);
        entry.staging().copyIn(values, place.address());
        return place;
    }

    @Override
    DevicePointer upload(float[] values) {
        DevicePointer place = scratch((long) values.length * Float.BYTES);
        entry.staging().copyIn(values, 0, values.length, place.address());
        return place;
    }

    @Override
    DevicePointer pointer(Tensor tensor) {
        return new DevicePointer(entry.address(tensor));
    }

    @Override
    double[] readDoubles(DevicePointer pointer, int count) {
        return entry.staging().readDoubles(pointer.address(), count);
    }

    @Override
    void launch(KernelLaunch launch, Object[] arguments) {
        entry.launch(launch, arguments);
    }

    @Override
    public void close() {
        scratch.forEach(entry.memory()::release);
        entry.close();
    }
}
