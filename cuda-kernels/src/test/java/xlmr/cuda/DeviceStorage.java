package xlmr.cuda;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import xlmr.ptx.DeviceBuffer;
import xlmr.tensor.Storage;

/// Elements in the memory of an emulated device.
record DeviceStorage(DeviceBuffer buffer) implements Storage {
    @Override
    public long capacity() {
        return buffer.size() / 4;
    }

    @Override
    public boolean isReadOnly() {
        return false;
    }

    @Override
    public void read(long from, float[] target, int offset, int count) {
        byte[] bytes = buffer.read(Math.toIntExact(from * 4), count * 4);
        ByteBuffer.wrap(bytes)
                .order(ByteOrder.LITTLE_ENDIAN)
                .asFloatBuffer()
                .get(target, offset, count);
    }
}
