package xlmr.backend.cpu;

import xlmr.tensor.HostStorage;
import xlmr.tensor.Storage;
import xlmr.tensor.Tensor;

/// One side of a matrix product as packing sees it: element `(i, k)`, i a row of the left or a
/// column of the right side, k what is summed over, lies at `i stride + k step` of the storage.
///
/// @param storage where the elements lie
/// @param stride from one i to the next
/// @param step from one k to the next
record Operand(Storage storage, int stride, int step) {
    /// A matrix `[I, K]`.
    static Operand rows(Tensor matrix) {
        return new Operand(matrix.storage(), matrix.size(-1), 1);
    }

    /// A matrix `[K, I]`.
    static Operand columns(Tensor matrix) {
        return new Operand(matrix.storage(), 1, matrix.size(-1));
    }

    /// Packs the `count` i's from `first` on into one panel of the given width.
    void pack(int first, int count, int depth, float[] panel, int at, int width, Scratch scratch) {
        Packing.panel(
                storage,
                (long) first * stride,
                stride,
                step,
                count,
                depth,
                panel,
                at,
                width,
                scratch);
    }

    /// Packs the `count` i's from `first` on into panels of [Tiles#WIDTH].
    void packWide(int first, int count, int depth, float[] panels, int at, Scratch scratch) {
        int whole = 0;
        if (stride == 1 && storage instanceof HostStorage host) {
            whole = count / Tiles.WIDTH;
            Packing.wideRows(host.values(), first, step, whole, depth, panels, at);
        }
        for (int i = whole * Tiles.WIDTH; i < count; i += Tiles.WIDTH) {
            int some = Math.min(Tiles.WIDTH, count - i);
            pack(first + i, some, depth, panels, at + i * depth, Tiles.WIDTH, scratch);
        }
    }
}
