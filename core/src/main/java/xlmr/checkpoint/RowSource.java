package xlmr.checkpoint;

/// Gives the rows of a matrix while they are written, so that it need not exist in memory as a
/// whole. Rows are asked for once each, in order.
@FunctionalInterface
public interface RowSource {
    /// Fills `target[0 .. rows * columns)` with rows `first .. first + rows`, row-major.
    void read(int first, int rows, float[] target);
}
