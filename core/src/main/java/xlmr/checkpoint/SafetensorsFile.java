package xlmr.checkpoint;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.SequencedSet;
import org.jspecify.annotations.Nullable;
import xlmr.checkpoint.SafetensorsHeader.Entry;
import xlmr.tensor.DType;
import xlmr.tensor.HostStorage;
import xlmr.tensor.MappedStorage;
import xlmr.tensor.Shape;
import xlmr.tensor.Tensor;

/// A safetensors file: `[8 bytes: N, little-endian][N bytes: JSON header][data]`. The file is
/// mapped; a tensor is a slice of the mapping.
public final class SafetensorsFile implements Checkpoint {
    /// The format's limit.
    private static final long LONGEST_HEADER = 100_000_000;

    /// What a clone without Git LFS holds in the place of a large file.
    private static final String GIT_LFS_POINTER = "version https://git-lfs";

    private static final ValueLayout.OfLong LENGTH =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final String source;
    private final @Nullable Path path;
    private final MemorySegment data;
    private final long dataStart;
    private final Map<String, Entry> entries;
    private final Map<String, String> metadata;
    private final SequencedSet<String> names;

    private SafetensorsFile(String source, @Nullable Path path, MemorySegment file) {
        this.source = source;
        this.path = path;
        String header = headerText(source, file);
        this.dataStart = 8 + file.get(LENGTH, 0);
        this.data = file.asSlice(dataStart);
        SafetensorsHeader.Content content = SafetensorsHeader.read(source, header, data.byteSize());
        this.entries = Collections.unmodifiableMap(content.entries());
        this.metadata = Collections.unmodifiableMap(content.metadata());
        this.names = Collections.unmodifiableSequencedSet(new LinkedHashSet<>(entries.keySet()));
    }

    /// Maps a file and reads its header.
    ///
    /// @throws CheckpointException if it cannot be read or breaks a rule of the format
    public static SafetensorsFile open(Path path) {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            MemorySegment file = channel.map(MapMode.READ_ONLY, 0, channel.size(), Arena.ofAuto());
            return new SafetensorsFile(path.toString(), path, file);
        } catch (IOException e) {
            throw CheckpointException.of(path, e);
        }
    }

    /// Reads a file that is already in memory; the segment must not change afterwards.
    ///
    /// @param source names it in messages
    /// @throws CheckpointException if it breaks a rule of the format
    public static SafetensorsFile of(String source, MemorySegment file) {
        return new SafetensorsFile(source, null, file.asReadOnly());
    }

    /// Reads a file that is already in memory; the array must not change afterwards.
    public static SafetensorsFile of(String source, byte[] file) {
        return of(source, MemorySegment.ofArray(file));
    }

    // Nothing is taken from memory before its size is known to be that of bytes which are really
    // there.
    private static String headerText(String source, MemorySegment file) {
        long size = file.byteSize();
        if (size < 8) {
            throw new CheckpointException(
                    source,
                    "%d bytes; a safetensors file begins with 8 bytes of header length"
                            .formatted(size),
                    "fetch it again");
        }
        if (startsWith(file, GIT_LFS_POINTER)) {
            throw new CheckpointException(
                    source, "a Git LFS pointer, not the file itself", "run git lfs pull");
        }
        long length = file.get(LENGTH, 0);
        if (length < 0 || length > LONGEST_HEADER) {
            throw new CheckpointException(
                    source,
                    "header length %s is above the format's limit of %d"
                            .formatted(Long.toUnsignedString(length), LONGEST_HEADER),
                    "is this a safetensors file?");
        }
        if (length > size - 8) {
            throw new CheckpointException(
                    source,
                    "header of %d bytes, but only %d bytes follow".formatted(length, size - 8),
                    "the file was cut; fetch it again");
        }
        byte[] header = file.asSlice(8, length).toArray(ValueLayout.JAVA_BYTE);
        return JsonDocument.decode(source + ": header", header);
    }

    private static boolean startsWith(MemorySegment file, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        return file.byteSize() >= bytes.length
                && file.asSlice(0, bytes.length).mismatch(MemorySegment.ofArray(bytes)) < 0;
    }

    @Override
    public SequencedSet<String> names() {
        return names;
    }

    @Override
    public TensorInfo info(String name) {
        return entry(name).info();
    }

    @Override
    public Tensor tensor(String name) {
        return new Tensor(shape(name), storage(name));
    }

    @Override
    public Tensor writable(String name) {
        Shape shape = shape(name);
        MappedStorage storage = storage(name);
        if (path != null && storage.dtype() == DType.F32 && shape.elements() > 0) {
            MemorySegment copy = copyOnWrite(path, entry(name));
            if (copy != null) {
                return new Tensor(shape, new MappedStorage(copy, DType.F32));
            }
        }
        float[] values = new float[shape.elements()];
        storage.read(0, values, 0, values.length);
        return new Tensor(shape, new HostStorage(values));
    }

    // Java asks for the right to write to the file although a private mapping never does; without
    // it (read-only
    // checkpoints shared by many) there is no mapping.
    private @Nullable MemorySegment copyOnWrite(Path file, Entry entry) {
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            return channel.map(
                    MapMode.PRIVATE,
                    dataStart + entry.begin(),
                    entry.info().bytes(),
                    Arena.ofAuto());
        } catch (IOException e) {
            return null;
        }
    }

    @Override
    public float[] floats(String name) {
        Shape shape = shape(name);
        MappedStorage storage = storage(name);
        float[] values = new float[shape.elements()];
        if (path == null || values.length == 0) {
            storage.read(0, values, 0, values.length);
            return values;
        }
        Entry entry = entry(name);
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
                Arena arena = Arena.ofConfined()) {
            MemorySegment own =
                    channel.map(
                            MapMode.READ_ONLY,
                            dataStart + entry.begin(),
                            entry.info().bytes(),
                            arena);
            new MappedStorage(own, storage.dtype()).read(0, values, 0, values.length);
        } catch (IOException e) {
            throw CheckpointException.of(path, e);
        }
        return values;
    }

    @Override
    public long[] integers(String name) {
        TensorInfo info = info(name);
        if (info.dtype().isFloat()) {
            throw refused(name, "%s; expected integers".formatted(info.dtype()));
        }
        return ElementDecoding.integers(segment(name), info.dtype(), shape(name).elements())
                .orElseThrow(() -> refused(name, "an element is above 2^63 - 1"));
    }

    @Override
    public double[] doubles(String name) {
        MappedStorage storage = storage(name);
        return ElementDecoding.doubles(storage.segment(), storage.dtype(), shape(name).elements());
    }

    @Override
    public long nonFinite(String name) {
        MappedStorage storage = storage(name);
        return ElementDecoding.countNonFinite(storage.segment(), storage.dtype());
    }

    @Override
    public Map<String, String> metadata() {
        return metadata;
    }

    @Override
    public Path file(String name) {
        entry(name);
        return path != null ? path : Path.of(source);
    }

    @Override
    public String toString() {
        return "%s (%d tensors)".formatted(source, entries.size());
    }

    private Entry entry(String name) {
        Entry entry = entries.get(name);
        if (entry == null) {
            throw refused(name, "is not in the file");
        }
        return entry;
    }

    private MemorySegment segment(String name) {
        Entry entry = entry(name);
        return data.asSlice(entry.begin(), entry.info().bytes());
    }

    private MappedStorage storage(String name) {
        DType dtype = info(name).dtype();
        if (!dtype.isFloat()) {
            throw refused(name, "%s; expected floating-point numbers".formatted(dtype));
        }
        return new MappedStorage(segment(name), dtype);
    }

    private Shape shape(String name) {
        TensorInfo info = info(name);
        long[] sizes = info.shape();
        int[] small = new int[sizes.length];
        for (int axis = 0; axis < sizes.length; axis++) {
            // An array without elements may state any sizes beside the 0.
            if (sizes[axis] > Integer.MAX_VALUE || info.elements() > Integer.MAX_VALUE) {
                throw refused(name, "%s is larger than 2^31 - 1 elements".formatted(info));
            }
            small[axis] = (int) sizes[axis];
        }
        try {
            return Shape.of(small);
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw refused(name, "%s is larger than 2^31 - 1 elements".formatted(info));
        }
    }

    private CheckpointException refused(String name, String reason) {
        return new CheckpointException(source, "tensor '%s': %s".formatted(name, reason));
    }
}
