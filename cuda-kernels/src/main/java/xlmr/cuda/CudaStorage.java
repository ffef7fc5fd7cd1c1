package xlmr.cuda;

import xlmr.tensor.Storage;

/// Elements in the memory of a GPU.
final class CudaStorage implements Storage {
    private final CudaDevice device;
    private final DeviceMemory.Block block;
    private final long capacity;

    CudaStorage(CudaDevice device, DeviceMemory.Block block, long capacity) {
        this.device = device;
        this.block = block;
        this.capacity = capacity;
    }

    CudaDevice device() {
        return device;
    }

    DeviceMemory.Block block() {
        return block;
    }

    @Override
    public long capacity() {
        return capacity;
    }

    @Override
    public boolean isReadOnly() {
        return false;
    }

    /// Waits for everything launched before.
    @Override
    public void read(long from, float[] target, int offset, int count) {
        try (CudaDevice.Entry entry = device.enter()) {
            entry.staging().copyOut(block.address() + from * Float.BYTES, target, offset, count);
        }
    }

    @Override
    public String toString() {
        return device.name();
    }
}
