package xlmr.tensor;

/// Some rows of a matrix, in any order, as a matrix of their own. Nothing is copied until somebody
/// reads.
///
/// @param source the whole matrix, row-major
/// @param rows which rows, in the order in which they are read
/// @param columns of the matrix; 1 for the elements of a vector
public record SelectedRows(Storage source, int[] rows, int columns) implements Storage {
    /// Checks that the rows are there.
    public SelectedRows {
        for (int row : rows) {
            if (row < 0 || (row + 1L) * columns > source.capacity()) {
                throw new IllegalArgumentException(
                        "selected rows: no row %d of %d columns among %d elements"
                                .formatted(row, columns, source.capacity()));
            }
        }
    }

    /// Rows `[rows, ...]` of a tensor, of which the first axis is the rows.
    public static Tensor of(Tensor tensor, int... rows) {
        Shape shape = tensor.shape();
        int columns = shape.size(0) == 0 ? 0 : shape.elements() / shape.size(0);
        SelectedRows selected = new SelectedRows(tensor.storage(), rows.clone(), columns);
        return shape.rank() == 1
                ? new Tensor(Shape.of(rows.length), selected)
                : new Tensor(Shape.of(rows.length, columns), selected); // [rows, columns]
    }

    @Override
    public long capacity() {
        return (long) rows.length * columns;
    }

    @Override
    public boolean isReadOnly() {
        return source.isReadOnly();
    }

    @Override
    public void read(long from, float[] target, int offset, int count) {
        int done = 0;
        while (done < count) {
            int row = (int) ((from + done) / columns);
            int column = (int) ((from + done) % columns);
            int some = Math.min(count - done, columns - column);
            source.read((long) rows[row] * columns + column, target, offset + done, some);
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
