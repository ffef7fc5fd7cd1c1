package xlmr.ptx;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import xlmr.ptx.machine.Region;

/// An allocation in the global memory of a device. As an argument of a launch it is its address.
public final class DeviceBuffer {
    private final Region region;

    DeviceBuffer(Region region) {
        this.region = region;
    }

    /// Its address on the device.
    public long address() {
        return region.base();
    }

    /// Its size in bytes.
    public int size() {
        return region.size();
    }

    /// Writes bytes from an offset on.
    public void write(int offset, byte[] values) {
        check(offset, values.length);
        region.write(offset, values);
    }

    /// Writes floats from the beginning on.
    public void write(float[] values) {
        ByteBuffer bytes = littleEndian(values.length * 4L);
        bytes.asFloatBuffer().put(values);
        write(0, bytes.array());
    }

    /// Writes ints from the beginning on.
    public void write(int[] values) {
        ByteBuffer bytes = littleEndian(values.length * 4L);
        bytes.asIntBuffer().put(values);
        write(0, bytes.array());
    }

    /// Writes values of 16 bits from the beginning on.
    public void write(short[] values) {
        ByteBuffer bytes = littleEndian(values.length * 2L);
        bytes.asShortBuffer().put(values);
        write(0, bytes.array());
    }

    /// Sets all bytes.
    public void fill(int value) {
        region.fill((byte) value);
    }

    /// Reads bytes.
    ///
    /// @throws IllegalStateException where one of them was never written
    public byte[] read(int offset, int length) {
        check(offset, length);
        return region.read(offset, length);
    }

    /// All of it as floats.
    ///
    /// @throws IllegalStateException where a byte was never written
    public float[] floats() {
        float[] values = new float[size() / 4];
        all().asFloatBuffer().get(values);
        return values;
    }

    /// All of it as ints.
    ///
    /// @throws IllegalStateException where a byte was never written
    public int[] ints() {
        int[] values = new int[size() / 4];
        all().asIntBuffer().get(values);
        return values;
    }

    /// All of it as values of 16 bits.
    ///
    /// @throws IllegalStateException where a byte was never written
    public short[] shorts() {
        short[] values = new short[size() / 2];
        all().asShortBuffer().get(values);
        return values;
    }

    private ByteBuffer all() {
        return ByteBuffer.wrap(read(0, size())).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static ByteBuffer littleEndian(long bytes) {
        return ByteBuffer.allocate(Math.toIntExact(bytes)).order(ByteOrder.LITTLE_ENDIAN);
    }

    private void check(int offset, int length) {
        if (offset < 0 || length < 0 || offset > size() - length) {
            throw new IllegalArgumentException(
                    "%d bytes from offset %d on do not lie in a buffer of %d bytes"
                            .formatted(length, offset, size()));
        }
    }
}
