package xlmr.checkpoint;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import xlmr.tensor.DType;
import xlmr.tensor.HostStorage;
import xlmr.tensor.MappedStorage;
import xlmr.tensor.Shape;
import xlmr.tensor.Storage;
import xlmr.tensor.Tensor;
import xlmr.tensor.TransposedStorage;

/// One array of a file: what the file says of it and where its elements are, in every form that
/// [Checkpoint] promises. A container only has to find it.
final class StoredArray {
    private final String source;
    private final TensorInfo info;
    private final Supplier<MemorySegment> elements;
    private final @Nullable Region region;
    private final boolean transposed;

    /// Where elements lie in a file as they are, so that they can be mapped once more.
    private record Region(Path file, long position) {}

    private StoredArray(
            String source,
            TensorInfo info,
            Supplier<MemorySegment> elements,
            @Nullable Region region,
            boolean transposed) {
        this.source = source;
        this.info = info;
        this.elements = elements;
        this.region = region;
        this.transposed = transposed;
    }

    /// An array whose elements lie in the file as they are needed: row-major, little-endian.
    ///
    /// @param source names the file in messages
    /// @param path the file, or null if it is in memory only
    /// @param contents all of the file
    /// @param position of the first element, whose `info.bytes()` are within the contents
    static StoredArray inPlace(
            String source,
            @Nullable Path path,
            TensorInfo info,
            MemorySegment contents,
            long position) {
        return of(source, path, info, contents, position, false);
    }

    /// An array whose elements have to be brought into order each time that they are asked for.
    ///
    /// @param elements gives a read-only segment of `info.bytes()`, row-major, little-endian
    static StoredArray gathered(String source, TensorInfo info, Supplier<MemorySegment> elements) {
        return new StoredArray(source, info, elements, null, false);
    }

    /// The transpose of a matrix that lies in the file as for [#inPlace].
    ///
    /// @param stored what the file says of the matrix: `[in, out]`
    static StoredArray transposed(
            String source,
            @Nullable Path path,
            TensorInfo stored,
            MemorySegment contents,
            long position) {
        long[] shape = stored.shape();
        TensorInfo info =
                new TensorInfo(
                        stored.name(),
                        stored.dtype(),
                        new long[] {shape[1], shape[0]},
                        stored.bytes());
        return of(source, path, info, contents, position, true);
    }

    private static StoredArray of(
            String source,
            @Nullable Path path,
            TensorInfo info,
            MemorySegment contents,
            long position,
            boolean transposed) {
        MemorySegment elements = contents.asSlice(position, info.bytes());
        Region region = path == null ? null : new Region(path, position);
        return new StoredArray(source, info, () -> elements, region, transposed);
    }

    TensorInfo info() {
        return info;
    }

    /// See [Checkpoint#tensor].
    Tensor tensor() {
        return new Tensor(shape(), storage());
    }

    /// See [Checkpoint#writable].
    Tensor writable() {
        Shape shape = shape();
        requireFloat();
        if (region != null && !transposed && info.dtype() == DType.F32 && shape.elements() > 0) {
            MemorySegment copy = copyOnWrite(region);
            if (copy != null) {
                return new Tensor(shape, new MappedStorage(copy, DType.F32));
            }
        }
        float[] values = new float[shape.elements()];
        storage().read(0, values, 0, values.length);
        return new Tensor(shape, new HostStorage(values));
    }

    // Java asks for the right to write to the file although a private mapping never does; without
    // it (read-only checkpoints shared by many) there is no mapping.
    private @Nullable MemorySegment copyOnWrite(Region place) {
        try (FileChannel channel =
                FileChannel.open(place.file(), StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            return channel.map(MapMode.PRIVATE, place.position(), info.bytes(), Arena.ofAuto());
        } catch (IOException e) {
            return null;
        }
    }

    /// See [Checkpoint#floats].
    float[] floats() {
        Shape shape = shape();
        requireFloat();
        float[] values = new float[shape.elements()];
        if (region == null || values.length == 0) {
            storage().read(0, values, 0, values.length);
            return values;
        }
        try (FileChannel channel = FileChannel.open(region.file(), StandardOpenOption.READ);
                Arena arena = Arena.ofConfined()) {
            MemorySegment own =
                    channel.map(MapMode.READ_ONLY, region.position(), info.bytes(), arena);
            storage(own).read(0, values, 0, values.length);
        } catch (IOException e) {
            throw CheckpointException.of(region.file(), e);
        }
        return values;
    }

    /// See [Checkpoint#integers].
    long[] integers() {
        if (info.dtype().isFloat()) {
            throw refused("%s; expected integers".formatted(info.dtype()));
        }
        return ElementDecoding.integers(elements.get(), info.dtype(), shape().elements())
                .orElseThrow(() -> refused("an element is above 2^63 - 1"));
    }

    /// See [Checkpoint#doubles].
    double[] doubles() {
        requireFloat();
        double[] values = ElementDecoding.doubles(elements.get(), info.dtype(), shape().elements());
        if (!transposed) {
            return values;
        }
        int rows = shape().size(0);
        int columns = shape().size(1);
        double[] ordered = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            ordered[i % rows * columns + i / rows] = values[i];
        }
        return ordered;
    }

    /// See [Checkpoint#nonFinite].
    long nonFinite() {
        requireFloat();
        return ElementDecoding.countNonFinite(elements.get(), info.dtype());
    }

    private Storage storage() {
        requireFloat();
        return storage(elements.get());
    }

    private Storage storage(MemorySegment segment) {
        MappedStorage stored = new MappedStorage(segment, info.dtype());
        return transposed
                ? new TransposedStorage(stored, shape().size(0), shape().size(1))
                : stored;
    }

    private void requireFloat() {
        if (!info.dtype().isFloat()) {
            throw refused("%s; expected floating-point numbers".formatted(info.dtype()));
        }
    }

    private Shape shape() {
        long[] sizes = info.shape();
        int[] small = new int[sizes.length];
        for (int axis = 0; axis < sizes.length; axis++) {
            // An array without elements may state any sizes beside the 0.
            if (sizes[axis] > Integer.MAX_VALUE || info.elements() > Integer.MAX_VALUE) {
                throw refused("%s is larger than 2^31 - 1 elements".formatted(info));
            }
            small[axis] = (int) sizes[axis];
        }
        try {
            return Shape.of(small);
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw refused("%s is larger than 2^31 - 1 elements".formatted(info));
        }
    }

    private CheckpointException refused(String reason) {
        return new CheckpointException(source, "tensor '%s': %s".formatted(info.name(), reason));
    }
}
