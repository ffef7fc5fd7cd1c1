package xlmr.autograd;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import xlmr.backend.Backend;
import xlmr.tensor.Shape;
import xlmr.tensor.Tensor;

/// The gradient of an embedding table as the few rows that a batch touched, not as a matrix of the
/// table's size.
///
/// Touched rows are numbered in the order in which they first appear: row [#touched]`(i)` of the
/// table has its gradient in row `i` of [#values].
public final class RowGradient {
    private final int columns;
    private final int[] slots;
    private int[] rows = new int[256];
    private int count;
    // Rows from `count` on are zero.
    private Tensor storage;
    // All zero; takes the place of `storage` when rows change theirs.
    private @Nullable Tensor spare;

    RowGradient(Backend backend, Shape table) {
        columns = table.size(1);
        slots = new int[table.size(0)];
        Arrays.fill(slots, -1);
        storage = zeros(backend);
    }

    /// Number of rows with a gradient.
    public int count() {
        return count;
    }

    /// Row of the table that the `i`-th gradient row belongs to.
    public int touched(int i) {
        return rows[i];
    }

    /// `[count, C]` the gradients; shares memory with this object.
    public Tensor values() {
        return new Tensor(Shape.of(count, columns), storage.storage()); // [R, C]
    }

    /// Adds row i of `dOutput` to the gradient of table row `tableRows[i]`; `paddingRow` gets none.
    void add(Backend backend, Tensor dOutput, int[] tableRows, int paddingRow) {
        Tensor before = values(); // [R, C]
        int[] targets = new int[tableRows.length];
        for (int i = 0; i < tableRows.length; i++) {
            targets[i] = tableRows[i] == paddingRow ? -1 : slot(tableRows[i]);
        }
        if (storage.size(0) < count) {
            storage = zeros(backend); // [R, C]
            int[] same = new int[before.size(0)];
            Arrays.setAll(same, i -> i);
            backend.scatterAddRows(before, same, storage);
            backend.release(before.storage());
        }
        backend.scatterAddRows(dOutput, targets, storage);
    }

    /// Takes the rows of other gradients of the same table in, so that both can be added element by
    /// element.
    ///
    /// @param all the rows to hold, each once and in this order; those touched so far are among
    ///   them
    public void spread(Backend backend, int[] all) {
        Tensor before = values(); // [R, C]
        int[] touched = Arrays.copyOf(rows, count);
        for (int row : touched) {
            slots[row] = -1;
        }
        rows = all.length > rows.length ? Arrays.copyOf(all, 2 * all.length) : rows;
        System.arraycopy(all, 0, rows, 0, all.length);
        count = all.length;
        for (int i = 0; i < count; i++) {
            slots[rows[i]] = i;
        }
        Tensor from = storage;
        Tensor other = spare;
        if (other != null && other.size(0) < count) {
            backend.release(other.storage());
            other = null;
        }
        storage = other == null ? zeros(backend) : other; // [>= R, C]
        if (touched.length > 0) {
            backend.scatterAddRows(before, places(touched), storage);
            backend.fill(before, 0);
        }
        spare = from;
    }

    private int[] places(int[] touched) {
        int[] places = new int[touched.length];
        for (int i = 0; i < places.length; i++) {
            places[i] = slots[touched[i]];
            assert places[i] >= 0 : touched[i];
        }
        return places;
    }

    void clear(Backend backend) {
        backend.fill(values(), 0);
        for (int i = 0; i < count; i++) {
            slots[rows[i]] = -1;
        }
        count = 0;
    }

    private int slot(int row) {
        if (slots[row] < 0) {
            if (count == rows.length) {
                rows = Arrays.copyOf(rows, 2 * count);
            }
            slots[row] = count;
            rows[count++] = row;
        }
        return slots[row];
    }

    private Tensor zeros(Backend backend) {
        Tensor zeros = backend.allocate(Shape.of(rows.length, columns)); // [R, C]
        backend.fill(zeros, 0);
        return zeros;
    }
}
