package xlmr.cuda;

import java.util.Arrays;

/// Rows of a table, ascending, and the positions at which each occurs.
///
/// @param distinct the rows
/// @param starts where the positions of each row begin, and their number
/// @param positions of each row, ascending
record RowOrder(int[] distinct, int[] starts, int[] positions) {
    /// Negative rows are left out.
    static RowOrder of(int[] rows) {
        long[] keys = new long[rows.length];
        int count = 0;
        for (int i = 0; i < rows.length; i++) {
            if (rows[i] >= 0) {
                keys[count++] = (long) rows[i] << 32 | i;
            }
        }
        Arrays.sort(keys, 0, count);
        int[] distinct = new int[count];
        int[] starts = new int[count + 1];
        int[] positions = new int[count];
        int groups = 0;
        for (int i = 0; i < count; i++) {
            int row = (int) (keys[i] >>> 32);
            if (groups == 0 || distinct[groups - 1] != row) {
                starts[groups] = i;
                distinct[groups++] = row;
            }
            positions[i] = (int) keys[i];
        }
        starts[groups] = count;
        return new RowOrder(
                Arrays.copyOf(distinct, groups), Arrays.copyOf(starts, groups + 1), positions);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof RowOrder order
                && Arrays.equals(distinct, order.distinct)
                && Arrays.equals(starts, order.starts)
                && Arrays.equals(positions, order.positions);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(positions);
    }
}
