package xlmr.tensor;

/// The elements of a matrix `[columns, rows]` seen as its transpose `[rows, columns]`, row-major:
/// TensorFlow keeps a linear layer's matrix as `[in, out]`, PyTorch and we as `[out, in]`. Nothing
/// is copied until somebody reads.
///
/// @param source the matrix as it lies in its file, at least `rows * columns` elements
/// @param rows of the transpose
/// @param columns of the transpose
public record TransposedStorage(MappedStorage source, int rows, int columns) implements Storage {
    /// Checks that there are enough elements.
    public TransposedStorage {
        if (source.capacity() < (long) rows * columns) {
            throw new IllegalArgumentException(
                    "transposed storage: [%d, %d] needs %d elements, found %d"
                            .formatted(rows, columns, (long) rows * columns, source.capacity()));
        }
    }

    @Override
    public long capacity() {
        return (long) rows * columns;
    }

    @Override
    public boolean isReadOnly() {
        return true;
    }

    @Override
    public void read(long from, float[] target, int offset, int count) {
        int done = 0;
        while (done < count) {
            long row = (from + done) / columns;
            long column = (from + done) % columns;
            int some = (int) Math.min(count - done, columns - column);
            source.readStrided(column * rows + row, rows, target, offset + done, some);
            done += some;
        }
    }

    // Identity, not content: a storage is a place.
    @Override
    public boolean equals(Object other) {
        return this == other;
    }

    @Override
    public int hashCode() {
        return System.identityHashCode(this);
    }
}
