package xlmr.backend.cpu;

import java.util.Arrays;
import xlmr.tensor.HostStorage;
import xlmr.tensor.Storage;

/// Copies an operand of a product into panels, in which the innermost loop walks straight ahead.
///
/// An operand is seen as elements `(i, k)`, i a row of A or a column of B, at `offset + i stride +
/// k step`; whether it is transposed is just a matter of the strides. A panel of width w holds
/// element `(i, k)` at `k w + i`, zero where i is beyond the operand.
final class Packing {
    private static final int BLOCK = 256;

    private Packing() {}

    /// Packs `rows` of the operand's i from `first` on into one panel.
    static void panel(
            Storage source,
            long offset,
            long stride,
            long step,
            int rows,
            int depth,
            float[] panel,
            int at,
            int width,
            Scratch scratch) {
        if (source instanceof HostStorage host) {
            panel(
                    host.values(),
                    (int) offset,
                    (int) stride,
                    (int) step,
                    rows,
                    depth,
                    panel,
                    at,
                    width);
        } else if (step == 1) {
            float[] block = scratch.array(0, width * BLOCK);
            for (int k = 0; k < depth; k += BLOCK) {
                int count = Math.min(BLOCK, depth - k);
                for (int i = 0; i < rows; i++) {
                    source.read(offset + i * stride + k, block, i * BLOCK, count);
                }
                panel(block, 0, BLOCK, 1, rows, count, panel, at + k * width, width);
            }
        } else {
            assert stride == 1 : stride;
            for (int k = 0; k < depth; k++) {
                source.read(offset + k * step, panel, at + k * width, rows);
                Arrays.fill(panel, at + k * width + rows, at + (k + 1) * width, 0);
            }
        }
    }

    /// The same from an array.
    static void panel(
            float[] source,
            int offset,
            int stride,
            int step,
            int rows,
            int depth,
            float[] panel,
            int at,
            int width) {
        if (stride == 1) {
            rowsOfPanel(source, offset, step, rows, depth, panel, at, width);
        } else {
            transposed(source, offset, stride, step, rows, depth, panel, at, width);
        }
        if (rows < width) {
            for (int k = 0; k < depth; k++) {
                Arrays.fill(panel, at + k * width + rows, at + (k + 1) * width, 0);
            }
        }
    }

    private static void rowsOfPanel(
            float[] source,
            int offset,
            int step,
            int rows,
            int depth,
            float[] panel,
            int at,
            int width) {
        for (int k = 0; k < depth; k++) {
            int from = offset + k * step;
            int to = at + k * width;
            for (int i = 0; i < rows; i++) {
                panel[to + i] = source[from + i];
            }
        }
    }

    private static void transposed(
            float[] source,
            int offset,
            int stride,
            int step,
            int rows,
            int depth,
            float[] panel,
            int at,
            int width) {
        for (int k = 0; k < depth; k++) {
            int from = offset + k * step;
            int to = at + k * width;
            for (int i = 0; i < rows; i++) {
                panel[to + i] = source[from + i * stride];
            }
        }
    }

    /// All panels of a left operand: `rows` rows in the heights of [Tiles#height], one panel after
    /// the other.
    static void rows(
            float[] source,
            int offset,
            int stride,
            int step,
            int rows,
            int depth,
            float[] panels,
            int at) {
        for (int i = 0; i < rows; ) {
            int height = Tiles.height(rows - i);
            panel(
                    source,
                    offset + i * stride,
                    stride,
                    step,
                    Math.min(height, rows - i),
                    depth,
                    panels,
                    at + i * depth,
                    height);
            i += height;
        }
    }

    /// All panels of a right operand, [Tiles#WIDTH] columns each.
    static void columns(
            float[] source,
            int offset,
            int stride,
            int step,
            int columns,
            int depth,
            float[] panels,
            int at) {
        for (int j = 0; j < columns; j += Tiles.WIDTH) {
            int count = Math.min(Tiles.WIDTH, columns - j);
            panel(
                    source,
                    offset + j * stride,
                    stride,
                    step,
                    count,
                    depth,
                    panels,
                    at + j * depth,
                    Tiles.WIDTH);
        }
    }
}
