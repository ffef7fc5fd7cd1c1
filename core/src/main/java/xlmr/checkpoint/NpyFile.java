package xlmr.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;

/// Writes a matrix in NumPy's own format, which `numpy.load` reads or maps: version 1.0, float32,
/// row-major (numpy/lib/format.py).
///
/// Rows are written as they come. The header has room for any number of them and gets the true one
/// at the end.
public final class NpyFile {
    /// Bytes of the header: a multiple of 64, as the format wants it.
    private static final int HEADER = 128;

    private static final int MAGIC = 10;
    private static final int BUFFER = 1 << 16;

    private NpyFile() {}

    /// Gives the rows of a matrix, in order.
    @FunctionalInterface
    public interface Rows {
        /// Writes all rows.
        void writeTo(RowWriter rows) throws IOException;
    }

    /// Takes rows.
    @FunctionalInterface
    public interface RowWriter {
        /// Adds a row.
        ///
        /// @throws IllegalArgumentException if it has another number of columns than the matrix
        void row(float[] row) throws IOException;
    }

    /// Writes a matrix through [AtomicFile].
    ///
    /// @return the number of rows
    /// @throws CheckpointException if the file cannot be written; an earlier one is then as it was
    public static long write(Path file, int columns, Rows rows) {
        long[] count = {0};
        AtomicFile.write(
                file,
                channel -> {
                    write(channel, header("<f4", 0, columns));
                    ByteBuffer buffer =
                            ByteBuffer.allocateDirect(Math.max(BUFFER, columns * Float.BYTES))
                                    .order(ByteOrder.LITTLE_ENDIAN);
                    rows.writeTo(
                            row -> {
                                put(channel, buffer, columns, row);
                                count[0]++;
                            });
                    write(channel, buffer.flip());
                    channel.position(0);
                    write(channel, header("<f4", count[0], columns));
                });
        return count[0];
    }

    private static void put(FileChannel channel, ByteBuffer buffer, int columns, float[] row)
            throws IOException {
        if (row.length != columns) {
            throw new IllegalArgumentException(
                    "npy: expected rows of %d columns, found %d".formatted(columns, row.length));
        }
        if (buffer.remaining() < columns * Float.BYTES) {
            write(channel, buffer.flip());
            buffer.clear();
        }
        for (float value : row) {
            buffer.putFloat(value);
        }
    }

    /// Magic number, version, length of the text, and the text: a Python dictionary, padded with
    /// spaces, a line feed at the end.
    ///
    /// @param type of the elements in NumPy's words: `<f4` float32, `<i8` int64
    static ByteBuffer header(String type, long... shape) {
        String sizes =
                Arrays.stream(shape).mapToObj(Long::toString).collect(Collectors.joining(", "));
        // A tuple of one has a comma of its own in Python.
        String text =
                "{'descr': '%s', 'fortran_order': False, 'shape': (%s%s), }"
                        .formatted(type, sizes, shape.length == 1 ? "," : "");
        ByteBuffer header = ByteBuffer.allocate(HEADER).order(ByteOrder.LITTLE_ENDIAN);
        header.put((byte) 0x93).put("NUMPY".getBytes(StandardCharsets.US_ASCII));
        header.put((byte) 1).put((byte) 0).putShort((short) (HEADER - MAGIC));
        header.put(text.getBytes(StandardCharsets.US_ASCII));
        while (header.remaining() > 1) {
            header.put((byte) ' ');
        }
        return header.put((byte) '\n').flip();
    }

    private static void write(FileChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }
}
