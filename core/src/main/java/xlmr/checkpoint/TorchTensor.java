package xlmr.checkpoint;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import xlmr.tensor.DType;

/// A view of a storage: element `[i, j, ...]` is that at `offset + i * strides[0] + j * strides[1]
/// + ...`.
final class TorchTensor {
    /// PyTorch's limit.
    static final int MOST_AXES = 64;

    private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED;
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;

    private final TorchStorage storage;
    private final DType dtype;
    private final long offset;
    private final long[] sizes;
    private final long[] strides;

    /// @param offset in elements, not negative like all sizes and strides
    TorchTensor(TorchStorage storage, DType dtype, long offset, long[] sizes, long[] strides) {
        this.storage = storage;
        this.dtype = dtype;
        this.offset = offset;
        this.sizes = sizes;
        this.strides = strides;
    }

    TorchStorage storage() {
        return storage;
    }

    /// What is wrong with the view, in words; empty if all of it lies within the storage.
    String defect() {
        if (sizes.length != strides.length) {
            return "%d sizes, but %d strides".formatted(sizes.length, strides.length);
        }
        try {
            long elements = 1;
            long last = offset;
            for (int axis = 0; axis < sizes.length; axis++) {
                elements = Math.multiplyExact(elements, sizes[axis]);
                last = Math.addExact(last, Math.multiplyExact(sizes[axis] - 1, strides[axis]));
            }
            long end = elements == 0 ? 0 : Math.addExact(last, 1);
            Math.multiplyExact(elements, dtype.bytes());
            if (Math.multiplyExact(end, dtype.bytes()) <= storage.bytes()) {
                return "";
            }
        } catch (ArithmeticException e) {
            // Larger than any storage.
        }
        return ("a tensor of sizes %s, strides %s and offset %d reaches beyond its storage of %d"
                        + " elements")
                .formatted(
                        Arrays.toString(sizes),
                        Arrays.toString(strides),
                        offset,
                        storage.bytes() / dtype.bytes());
    }

    TensorInfo info(String name) {
        long bytes = dtype.bytes();
        for (long size : sizes) {
            bytes *= size;
        }
        return new TensorInfo(name, dtype, sizes, bytes);
    }

    /// Where the first element is in the storage, in bytes; 0 if there is none.
    long position() {
        return Arrays.stream(sizes).anyMatch(size -> size == 0) ? 0 : offset * dtype.bytes();
    }

    /// Whether the elements follow each other in row-major order.
    private boolean isContiguous() {
        long expected = 1;
        for (int axis = sizes.length - 1; axis >= 0; axis--) {
            // Nobody steps along an axis of one element.
            if (sizes[axis] != 1 && strides[axis] != expected) {
                return false;
            }
            expected *= sizes[axis];
        }
        return true;
    }

    /// Whether this is a matrix of which the transpose is contiguous.
    private boolean isTransposed() {
        return sizes.length == 2 && strides[0] == 1 && strides[1] == sizes[0];
    }

    /// The tensor in a file that holds its storage as it is.
    ///
    /// @param start of the storage within the contents
    StoredArray stored(
            String source, @Nullable Path path, String name, MemorySegment contents, long start) {
        TensorInfo info = info(name);
        if (isContiguous()) {
            return StoredArray.inPlace(source, path, info, contents, start + position());
        }
        if (isTransposed() && dtype.isFloat()) {
            TensorInfo lying =
                    new TensorInfo(name, dtype, new long[] {sizes[1], sizes[0]}, info.bytes());
            return StoredArray.transposed(source, path, lying, contents, start + position());
        }
        MemorySegment bytes = contents.asSlice(start, storage.bytes());
        return StoredArray.gathered(source, info, () -> gather(bytes));
    }

    /// The elements in row-major order, copied unless they are so in the storage.
    MemorySegment gather(MemorySegment bytes) {
        TensorInfo info = info("");
        if (isContiguous()) {
            return bytes.asSlice(position(), info.bytes());
        }
        MemorySegment target = Arena.ofAuto().allocate(Math.max(1, info.bytes()));
        int last = sizes.length - 1;
        long[] index = new long[sizes.length];
        long from = offset;
        for (long to = 0; to < info.elements(); to += sizes[last]) {
            copyRow(bytes, from, target, to);
            // To the next row, like an odometer.
            for (int axis = last - 1; axis >= 0; axis--) {
                from += strides[axis];
                if (++index[axis] < sizes[axis]) {
                    break;
                }
                from -= sizes[axis] * strides[axis];
                index[axis] = 0;
            }
        }
        return target.asSlice(0, info.bytes()).asReadOnly();
    }

    private void copyRow(MemorySegment bytes, long from, MemorySegment target, long to) {
        long count = sizes[sizes.length - 1];
        long stride = strides[strides.length - 1];
        for (long i = 0; i < count; i++) {
            long source = from + i * stride;
            switch (dtype.bytes()) {
                case 1 -> target.set(BYTE, to + i, bytes.get(BYTE, source));
                case 2 -> target.set(SHORT, 2 * (to + i), bytes.get(SHORT, 2 * source));
                case 4 -> target.set(INT, 4 * (to + i), bytes.get(INT, 4 * source));
                default -> target.set(LONG, 8 * (to + i), bytes.get(LONG, 8 * source));
            }
        }
    }
}
