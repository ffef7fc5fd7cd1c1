package xlmr.backend;

import java.util.ArrayList;
import java.util.List;
import xlmr.tensor.Shape;
import xlmr.tensor.Tensor;

/// The moments of the rows of a table that had a gradient so far, each in a slot of its own. Slots
/// lie in blocks, so that more can be added without copying what is there.
///
/// @param first blocks `[256, C]`; slot s is row s % 256 of block s / 256
/// @param second the same
public record RowMoments(List<Tensor> first, List<Tensor> second) {
    /// Slots of a block.
    public static final int BLOCK = 256;

    /// Without any slot.
    public RowMoments() {
        this(new ArrayList<>(), new ArrayList<>());
    }

    /// Makes sure that there are so many slots; new ones are zero.
    public void reserve(Backend backend, int slots, int columns) {
        while (first.size() * BLOCK < slots) {
            for (List<Tensor> blocks : List.of(first, second)) {
                Tensor block = backend.allocate(Shape.of(BLOCK, columns)); // [256, C]
                backend.fill(block, 0);
                blocks.add(block);
            }
        }
    }

    /// Copies slots to an array, one after the other.
    public static void read(List<Tensor> blocks, int columns, int from, int count, float[] target) {
        for (int slot = from; slot < from + count; ) {
            int some = Math.min(from + count - slot, BLOCK - slot % BLOCK);
            blocks.get(slot / BLOCK)
                    .storage()
                    .read(
                            (long) (slot % BLOCK) * columns,
                            target,
                            (slot - from) * columns,
                            some * columns);
            slot += some;
        }
    }
}
