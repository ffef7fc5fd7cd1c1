package xlmr.checkpoint;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.LocalDateTime;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import xlmr.tensor.DType;

/// Several arrays that grow along their first axis, side by side, and become one file at the end:
/// `.npz` or `.safetensors`.
///
/// Both formats want an array as a whole and its size in front, so what comes is kept in hidden
/// files beside the result until all is there. Memory stays small however much it is; the disk
/// needs twice the room for a while.
public final class GrowingArrays implements AutoCloseable {
    private static final int BUFFER = 1 << 16;

    /// NumPy's own choice for members of an archive: the earliest time a zip file can state.
    private static final LocalDateTime NO_TIME = LocalDateTime.of(1980, 1, 1, 0, 0);

    private final Path target;
    private final Map<String, Array> arrays = new LinkedHashMap<>();

    /// Arrays that will be written to a file.
    public GrowingArrays(Path target) {
        this.target = target;
    }

    /// An array of float32.
    ///
    /// @param rest the sizes after the first; none for a plain list of numbers
    /// @throws CheckpointException if there is no room beside the target
    public Array floats(String name, int... rest) {
        return add(name, DType.F32, rest);
    }

    /// An array of int64.
    ///
    /// @param rest the sizes after the first; none for a plain list of numbers
    /// @throws CheckpointException if there is no room beside the target
    public Array integers(String name, int... rest) {
        return add(name, DType.I64, rest);
    }

    private Array add(String name, DType dtype, int... rest) {
        Path absolute = target.toAbsolutePath();
        try {
            Path file =
                    Files.createTempFile(
                            absolute.getParent(), "." + absolute.getFileName() + ".", ".part");
            Array array = new Array(dtype, rest, file);
            if (arrays.putIfAbsent(name, array) != null) {
                array.close();
                throw new IllegalArgumentException(
                        "arrays: the name '%s' is taken".formatted(name));
            }
            return array;
        } catch (IOException e) {
            throw CheckpointException.of(target, e);
        }
    }

    /// An array that grows.
    public static final class Array {
        private final DType dtype;
        private final int[] rest;
        private final Path file;
        private final FileChannel channel;
        private final ByteBuffer buffer =
                ByteBuffer.allocateDirect(BUFFER).order(ByteOrder.LITTLE_ENDIAN);
        private long elements;

        private Array(DType dtype, int[] rest, Path file) throws IOException {
            this.dtype = dtype;
            this.rest = rest.clone();
            this.file = file;
            this.channel = FileChannel.open(file, StandardOpenOption.WRITE);
        }

        /// Adds float32 elements, row-major.
        ///
        /// @throws UncheckedIOException if the disk is full, or the like
        public void addFloats(float... values) {
            assert dtype == DType.F32 : dtype;
            for (float value : values) {
                reserve().putFloat(value);
            }
            elements += values.length;
        }

        /// Adds int64 elements, row-major.
        ///
        /// @throws UncheckedIOException if the disk is full, or the like
        public void addIntegers(long... values) {
            assert dtype == DType.I64 : dtype;
            for (long value : values) {
                reserve().putLong(value);
            }
            elements += values.length;
        }

        private ByteBuffer reserve() {
            if (buffer.remaining() < Long.BYTES) {
                flush();
            }
            return buffer;
        }

        private void flush() {
            try {
                buffer.flip();
                while (buffer.hasRemaining()) {
                    channel.write(buffer);
                }
                buffer.clear();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /// The first size follows from the others.
        private long[] shape() {
            long row = Arrays.stream(rest).asLongStream().reduce(1, Math::multiplyExact);
            long[] shape = new long[rest.length + 1];
            shape[0] = row == 0 ? 0 : elements / row;
            for (int axis = 0; axis < rest.length; axis++) {
                shape[axis + 1] = rest[axis];
            }
            return shape;
        }

        private ByteBuffer numpyHeader() {
            return NpyFile.header(dtype == DType.F32 ? "<f4" : "<i8", shape());
        }

        private void close() throws IOException {
            channel.close();
            Files.deleteIfExists(file);
        }
    }

    /// Writes a `.npz` file: a zip archive with an `.npy` file for each array, not compressed, as
    /// `numpy.savez` makes it. Beyond 4 GB it is a zip64 archive.
    ///
    /// @throws CheckpointException if the file cannot be written; an earlier one is then as it was
    public void writeNpz() {
        arrays.values().forEach(Array::flush);
        AtomicFile.write(
                target,
                channel -> {
                    OutputStream bytes =
                            new BufferedOutputStream(Channels.newOutputStream(channel), BUFFER);
                    ZipOutputStream zip = new ZipOutputStream(bytes);
                    for (Map.Entry<String, Array> entry : arrays.entrySet()) {
                        writeMember(zip, entry.getKey() + ".npy", entry.getValue());
                    }
                    zip.finish();
                    bytes.flush();
                });
    }

    /// A stored member states its checksum in front, so its bytes are read twice.
    private static void writeMember(ZipOutputStream zip, String name, Array array)
            throws IOException {
        byte[] header = array.numpyHeader().array();
        CRC32 checksum = new CRC32();
        checksum.update(header);
        pass(array.file, checksum::update);
        ZipEntry entry = new ZipEntry(name);
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(header.length + array.elements * array.dtype.bytes());
        entry.setCompressedSize(entry.getSize());
        entry.setCrc(checksum.getValue());
        entry.setTimeLocal(NO_TIME);
        zip.putNextEntry(entry);
        zip.write(header);
        pass(array.file, zip::write);
        zip.closeEntry();
    }

    @FunctionalInterface
    private interface Bytes {
        void accept(byte[] bytes, int from, int count) throws IOException;
    }

    private static void pass(Path file, Bytes to) throws IOException {
        byte[] chunk = new byte[BUFFER];
        try (var from = Files.newInputStream(file)) {
            int count = from.read(chunk);
            while (count >= 0) {
                to.accept(chunk, 0, count);
                count = from.read(chunk);
            }
        }
    }

    /// Writes a safetensors file.
    ///
    /// @throws CheckpointException if the file cannot be written; an earlier one is then as it was
    public void writeSafetensors() {
        SafetensorsWriter writer = new SafetensorsWriter();
        arrays.values().forEach(Array::flush);
        arrays.forEach(
                (name, array) -> writer.addFile(name, array.dtype, array.shape(), array.file));
        writer.write(target);
    }

    /// Deletes what was kept beside the result.
    @Override
    public void close() {
        for (Array array : arrays.values()) {
            try {
                array.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
