package xlmr.cuda;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Rows of a table in the order in which they occur first, and the positions of each.
///
/// @param distinct the rows
/// @param starts where the positions of each row begin, and their number
/// @param positions of each row, ascending
record RowOrder(int[] distinct, int[] starts, int[] positions) {
    /// Negative rows are left out.
    static RowOrder of(int[] rows) {
        Map<Integer, List<Integer>> places = new LinkedHashMap<>();
        for (int i = 0; i < rows.length; i++) {
            if (rows[i] >= 0) {
                places.computeIfAbsent(rows[i], row -> new java.util.ArrayList<>()).add(i);
            }
        }
        int[] distinct = new int[places.size()];
        int[] starts = new int[places.size() + 1];
        int[] positions = new int[rows.length];
        int at = 0;
        int row = 0;
        for (Map.Entry<Integer, List<Integer>> entry : places.entrySet()) {
            distinct[row] = entry.getKey();
            starts[row++] = at;
            for (int position : entry.getValue()) {
                positions[at++] = position;
            }
        }
        starts[row] = at;
        return new RowOrder(distinct, starts, java.util.Arrays.copyOf(positions, at));
    }

    @Override
    public boolean equals(Object other) {
        return this == other;
    }

    @Override
    public int hashCode() {
        return System.identityHashCode(this);
    }
}
