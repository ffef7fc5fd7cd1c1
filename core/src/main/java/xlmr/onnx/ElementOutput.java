package xlmr.onnx;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import xlmr.tensor.DType;

/// A file behind a buffer, little-endian.
final class ElementOutput implements AutoCloseable {
    private static final int CAPACITY = 1 << 18;

    /// The first number that rounds to infinity: half a step above 65504.
    private static final float BEYOND_FLOAT16 = 65520;

    private final FileChannel channel;
    private final ByteBuffer buffer =
            ByteBuffer.allocateDirect(CAPACITY).order(ByteOrder.LITTLE_ENDIAN);
    private long flushed;

    ElementOutput(FileChannel channel) {
        this.channel = channel;
    }

    /// Bytes written so far.
    long position() {
        return flushed + buffer.position();
    }

    void bytes(byte[] bytes) throws IOException {
        for (int from = 0; from < bytes.length; ) {
            reserve(1);
            int count = Math.min(buffer.remaining(), bytes.length - from);
            buffer.put(bytes, from, count);
            from += count;
        }
    }

    /// Writes zeros up to a multiple of `alignment`.
    void align(int alignment) throws IOException {
        while (position() % alignment != 0) {
            reserve(1);
            buffer.put((byte) 0);
        }
    }

    /// Writes floats as F32 or, rounded to nearest, as F16.
    ///
    /// @throws Float16RangeException if a number is too large for F16
    void floats(DType type, float[] values, int count) throws IOException {
        int from = 0;
        while (from < count) {
            reserve(type.bytes());
            int step = Math.min(buffer.remaining() / type.bytes(), count - from);
            if (type == DType.F16) {
                for (int i = from; i < from + step; i++) {
                    buffer.putShort(float16(values[i]));
                }
            } else {
                assert type == DType.F32 : type;
                buffer.asFloatBuffer().put(values, from, step);
                buffer.position(buffer.position() + 4 * step);
            }
            from += step;
        }
    }

    void integers(long[] values) throws IOException {
        for (long value : values) {
            reserve(8);
            buffer.putLong(value);
        }
    }

    private static short float16(float value) {
        if (Math.abs(value) >= BEYOND_FLOAT16 && Float.isFinite(value)) {
            throw new Float16RangeException(value);
        }
        return Float.floatToFloat16(value);
    }

    private void reserve(int bytes) throws IOException {
        if (buffer.remaining() < bytes) {
            flush();
        }
    }

    private void flush() throws IOException {
        flushed += buffer.position();
        buffer.flip();
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
        buffer.clear();
    }

    @Override
    public void close() throws IOException {
        flush();
    }
}
