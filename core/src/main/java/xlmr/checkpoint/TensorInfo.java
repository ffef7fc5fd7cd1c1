package xlmr.checkpoint;

import java.util.Arrays;
import xlmr.tensor.DType;

/// What a checkpoint says about one of its arrays.
///
/// @param name as in the file
/// @param dtype how an element is encoded
/// @param shape sizes, outermost first; empty for a scalar
/// @param bytes that the elements take
public record TensorInfo(String name, DType dtype, long[] shape, long bytes) {
    /// Keeps its own copy of the shape.
    public TensorInfo {
        shape = shape.clone();
    }

    /// The sizes, as a copy.
    @Override
    public long[] shape() {
        return shape.clone();
    }

    /// Product of the sizes; 1 for a scalar.
    public long elements() {
        return bytes / dtype.bytes();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof TensorInfo info
                && name.equals(info.name)
                && dtype == info.dtype
                && bytes == info.bytes
                && Arrays.equals(shape, info.shape);
    }

    @Override
    public int hashCode() {
        return 31 * name.hashCode() + Arrays.hashCode(shape);
    }

    /// As `classifier.dense.weight F32 [16, 16]`.
    @Override
    public String toString() {
        return name + " " + dtype + " " + Arrays.toString(shape);
    }
}
