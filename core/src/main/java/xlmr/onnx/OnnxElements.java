package xlmr.onnx;

import java.io.IOException;
import java.util.Arrays;
import xlmr.tensor.DType;
import xlmr.tensor.Tensor;

/// The elements of a constant array. Weights stay in the checkpoint until they are written, and
/// pass through a buffer then.
sealed interface OnnxElements {
    /// Writes all elements, row-major.
    void writeTo(ElementOutput output, DType type) throws IOException;

    /// Whole numbers: shapes, axes, ids.
    record Integers(long[] values) implements OnnxElements {
        @Override
        public void writeTo(ElementOutput output, DType type) throws IOException {
            output.integers(values);
        }
    }

    /// A number of a formula.
    record Number(float value) implements OnnxElements {
        @Override
        public void writeTo(ElementOutput output, DType type) throws IOException {
            output.floats(type, new float[] {value}, 1);
        }
    }

    /// A weight as it lies in the checkpoint.
    record Stored(Tensor tensor) implements OnnxElements {
        private static final int CHUNK = 1 << 16;

        @Override
        public void writeTo(ElementOutput output, DType type) throws IOException {
            int elements = tensor.shape().elements();
            float[] chunk = new float[Math.min(elements, CHUNK)];
            for (int from = 0; from < elements; from += chunk.length) {
                int count = Math.min(chunk.length, elements - from);
                tensor.storage().read(from, chunk, 0, count);
                output.floats(type, chunk, count);
            }
        }
    }

    /// The matrix `[out, in]` of the checkpoint as `[in, out]`: what multiplies rows from the
    /// right.
    record Transposed(Tensor tensor) implements OnnxElements {
        /// Columns that are turned at once: a cache line's worth, so that a matrix larger than the
        /// cache is not fetched once for each of its columns.
        private static final int COLUMNS = 16;

        @Override
        public void writeTo(ElementOutput output, DType type) throws IOException {
            int rows = tensor.size(0);
            int columns = tensor.size(1);
            float[] block = new float[COLUMNS];
            float[] turned = new float[COLUMNS * rows];
            for (int first = 0; first < columns; first += COLUMNS) {
                int count = Math.min(COLUMNS, columns - first);
                for (int row = 0; row < rows; row++) {
                    tensor.storage().read((long) row * columns + first, block, 0, count);
                    for (int column = 0; column < count; column++) {
                        turned[column * rows + row] = block[column];
                    }
                }
                output.floats(type, turned, count * rows);
            }
        }
    }

    /// Whole numbers in one axis.
    static OnnxElements integers(long... values) {
        return new Integers(Arrays.copyOf(values, values.length));
    }
}
