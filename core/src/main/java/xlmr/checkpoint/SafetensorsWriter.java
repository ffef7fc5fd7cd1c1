package xlmr.checkpoint;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import xlmr.tensor.DType;
import xlmr.tensor.MappedStorage;
import xlmr.tensor.Shape;
import xlmr.tensor.Tensor;
import xlmr.tensor.TransposedStorage;

/// Writes a safetensors file, to the byte as the reference library does: arrays by type, the widest
/// first (so each begins at a multiple of its element's size), then by name; a compact header
/// padded with spaces to a multiple of 8.
///
/// Arrays are declared first and read while they are written, a chunk at a time: the whole file is
/// never in memory. What a [MappedStorage] holds in the type that is asked for is passed on to the
/// bit, and the pages of a mapped file that are read do not stay in memory. [#write] goes through
/// [AtomicFile], so it may replace the very file that the arrays are mapped from.
public final class SafetensorsWriter {
    private static final int CHUNK = 1 << 16;

    /// Bytes that are passed on at a time.
    private static final int PIECE = 8 << 20;

    /// The reference's types from last to first (safetensors/src/tensor.rs, Dtype), those that are
    /// written here.
    private static final List<DType> ORDER =
            List.of(DType.I64, DType.F64, DType.F32, DType.BF16, DType.F16);

    private final Map<String, Array> arrays = new HashMap<>();
    private final Map<String, String> metadata = new TreeMap<>();

    /// Writes all elements of one array, in order, through a buffer.
    @FunctionalInterface
    private interface Elements {
        void writeTo(Output output) throws IOException;
    }

    private record Array(String name, DType dtype, long[] shape, long bytes, Elements elements) {}

    /// Adds a text to the header. The reference's models have `format` → `pt`, and `transformers`
    /// asks for it.
    public SafetensorsWriter metadata(String key, String value) {
        metadata.put(key, value);
        return this;
    }

    /// Adds a tensor as F32.
    ///
    /// @throws IllegalArgumentException if the name is there already
    public SafetensorsWriter add(String name, Tensor tensor) {
        return add(name, DType.F32, tensor);
    }

    /// Adds a tensor, rounded to a floating-point type.
    ///
    /// @throws IllegalArgumentException if the name is there already, or the type is not a
    ///   floating-point one
    public SafetensorsWriter add(String name, DType dtype, Tensor tensor) {
        checkFloat(name, dtype);
        return declare(
                name, dtype, sizes(tensor.shape()), output -> writeTensor(output, dtype, tensor));
    }

    /// Adds a matrix whose rows are made while they are written.
    ///
    /// @param shape two sizes, rows and columns
    /// @throws IllegalArgumentException as [#add], or if the shape is not that of a matrix
    public SafetensorsWriter addRows(String name, DType dtype, Shape shape, RowSource source) {
        checkFloat(name, dtype);
        if (shape.rank() != 2) {
            throw new IllegalArgumentException(
                    "safetensors: rows of '%s' need a shape [rows, columns], found %s"
                            .formatted(name, shape));
        }
        return declare(
                name,
                dtype,
                sizes(shape),
                output -> writeRows(output, dtype, shape.size(0), shape.size(1), source));
    }

    /// Adds integers as I64.
    ///
    /// @throws IllegalArgumentException if the name is there already, or the shape has another
    ///   number of elements
    public SafetensorsWriter addIntegers(String name, Shape shape, long... values) {
        if (shape.elements() != values.length) {
            throw new IllegalArgumentException(
                    "safetensors: '%s' %s needs %d elements, found %d"
                            .formatted(name, shape, shape.elements(), values.length));
        }
        return declare(name, DType.I64, sizes(shape), output -> writeIntegers(output, values));
    }

    /// Adds an array whose elements lie in a file, little-endian and row-major, as they are written
    /// here.
    ///
    /// @throws IllegalArgumentException if the name is there already, or the type is not written
    ///   here
    public SafetensorsWriter addFile(String name, DType dtype, long[] shape, Path elements) {
        if (!ORDER.contains(dtype)) {
            throw new IllegalArgumentException(
                    "safetensors: '%s' as %s; expected one of %s".formatted(name, dtype, ORDER));
        }
        return declare(name, dtype, shape.clone(), output -> output.file(elements));
    }

    /// Writes everything that was added.
    ///
    /// @throws CheckpointException if the file cannot be written; an earlier one is then as it was
    public void write(Path path) {
        List<Array> ordered = new ArrayList<>(arrays.values());
        ordered.sort(
                Comparator.comparingInt((Array array) -> ORDER.indexOf(array.dtype()))
                        .thenComparing(Array::name));
        AtomicFile.write(
                path,
                channel -> {
                    try (Output output = new Output(channel)) {
                        output.bytes(header(ordered));
                        for (Array array : ordered) {
                            long begin = output.written();
                            array.elements().writeTo(output);
                            assert output.written() - begin == array.bytes() : array.name();
                        }
                    }
                });
    }

    private SafetensorsWriter declare(String name, DType dtype, long[] shape, Elements elements) {
        long bytes = dtype.bytes();
        for (long size : shape) {
            bytes = Math.multiplyExact(bytes, size);
        }
        if (name.equals(SafetensorsHeader.METADATA)
                || arrays.putIfAbsent(name, new Array(name, dtype, shape, bytes, elements))
                        != null) {
            throw new IllegalArgumentException(
                    "safetensors: the name '%s' is taken".formatted(name));
        }
        return this;
    }

    private static void checkFloat(String name, DType dtype) {
        if (!dtype.isFloat()) {
            throw new IllegalArgumentException(
                    "safetensors: '%s' as %s; expected F16, BF16, F32 or F64"
                            .formatted(name, dtype));
        }
    }

    private static long[] sizes(Shape shape) {
        long[] sizes = new long[shape.rank()];
        for (int axis = 0; axis < sizes.length; axis++) {
            sizes[axis] = shape.size(axis);
        }
        return sizes;
    }

    private byte[] header(List<Array> ordered) throws IOException {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        text.writeBytes(new byte[8]);
        try (JsonGenerator json = JsonDocument.FACTORY.createGenerator(text)) {
            json.writeStartObject();
            if (!metadata.isEmpty()) {
                json.writeObjectFieldStart(SafetensorsHeader.METADATA);
                for (Map.Entry<String, String> entry : metadata.entrySet()) {
                    json.writeStringField(entry.getKey(), entry.getValue());
                }
                json.writeEndObject();
            }
            long begin = 0;
            for (Array array : ordered) {
                json.writeObjectFieldStart(array.name());
                json.writeStringField("dtype", array.dtype().name());
                json.writeFieldName("shape");
                json.writeArray(array.shape(), 0, array.shape().length);
                json.writeFieldName("data_offsets");
                json.writeArray(new long[] {begin, begin + array.bytes()}, 0, 2);
                json.writeEndObject();
                begin += array.bytes();
            }
            json.writeEndObject();
        }
        while (text.size() % 8 != 0) {
            text.write(' ');
        }
        byte[] header = text.toByteArray();
        ByteBuffer.wrap(header).order(ByteOrder.LITTLE_ENDIAN).putLong(header.length - 8);
        return header;
    }

    private static void writeTensor(Output output, DType dtype, Tensor tensor) throws IOException {
        int elements = tensor.shape().elements();
        if (tensor.storage() instanceof MappedStorage mapped
                && mapped.moved() == null
                && mapped.dtype() == dtype) {
            output.segment(mapped.segment().asSlice(0, (long) elements * dtype.bytes()));
            return;
        }
        float[] chunk = new float[Math.min(elements, CHUNK)];
        for (int from = 0; from < elements; from += chunk.length) {
            int count = Math.min(chunk.length, elements - from);
            tensor.storage().read(from, chunk, 0, count);
            output.floats(dtype, chunk, count);
        }
        switch (tensor.storage()) {
            case MappedStorage mapped when mapped.moved() == null -> leave(mapped.segment());
            case TransposedStorage transposed -> leave(transposed.source().segment());
            default -> {} // in memory, and not ours
        }
    }

    // Only of a mapping that nobody writes to: of a private one the changes would be lost.
    private static void leave(MemorySegment segment) {
        if (segment.isMapped() && segment.isReadOnly()) {
            segment.unload();
        }
    }

    private static void writeRows(
            Output output, DType dtype, int rows, int columns, RowSource source)
            throws IOException {
        int rowsAtOnce = Math.clamp(CHUNK / Math.max(columns, 1), 1, Math.max(rows, 1));
        float[] chunk = new float[Math.multiplyExact(rowsAtOnce, columns)];
        for (int first = 0; first < rows; first += rowsAtOnce) {
            int count = Math.min(rowsAtOnce, rows - first);
            source.read(first, count, chunk);
            output.floats(dtype, chunk, count * columns);
        }
    }

    private static void writeIntegers(Output output, long[] values) throws IOException {
        for (long value : values) {
            output.integer(value);
        }
    }

    /// A file behind a buffer.
    private static final class Output implements AutoCloseable {
        private final FileChannel channel;
        private final SteadyFlush disk;
        private final ByteBuffer buffer =
                ByteBuffer.allocateDirect(8 * CHUNK).order(ByteOrder.LITTLE_ENDIAN);
        private long flushed;

        Output(FileChannel channel) {
            this.channel = channel;
            disk = new SteadyFlush(channel);
        }

        long written() {
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

        void floats(DType dtype, float[] values, int count) throws IOException {
            int from = 0;
            while (from < count) {
                reserve(dtype.bytes());
                int step = Math.min(buffer.remaining() / dtype.bytes(), count - from);
                ElementEncoding.put(buffer, dtype, values, from, step);
                from += step;
            }
        }

        void segment(MemorySegment segment) throws IOException {
            flush();
            for (long from = 0; from < segment.byteSize(); from += PIECE) {
                long size = Math.min(PIECE, segment.byteSize() - from);
                MemorySegment piece = segment.asSlice(from, size);
                ByteBuffer bytes = piece.asByteBuffer();
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
                leave(piece);
                wrote(size);
            }
        }

        void file(Path elements) throws IOException {
            flush();
            try (FileChannel from = FileChannel.open(elements)) {
                long size = from.size();
                for (long at = 0; at < size; ) {
                    at += from.transferTo(at, size - at, channel);
                }
                wrote(size);
            }
        }

        void integer(long value) throws IOException {
            reserve(8);
            buffer.putLong(value);
        }

        private void reserve(int bytes) throws IOException {
            if (buffer.remaining() < bytes) {
                flush();
            }
        }

        private void flush() throws IOException {
            buffer.flip();
            int count = buffer.remaining();
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
            buffer.clear();
            wrote(count);
        }

        private void wrote(long bytes) throws IOException {
            flushed += bytes;
            disk.grownTo(flushed);
        }

        @Override
        public void close() throws IOException {
            try (SteadyFlush _ = disk) {
                flush();
                disk.settle();
            }
        }
    }
}
