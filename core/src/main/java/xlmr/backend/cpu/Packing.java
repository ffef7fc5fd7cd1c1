package xlmr.backend.cpu;

import static xlmr.backend.cpu.Lanes.FLOATS;
import static xlmr.backend.cpu.Lanes.V;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import xlmr.tensor.HostStorage;
import xlmr.tensor.Storage;

/// Copies an operand of a product into panels, in which the innermost loop walks straight ahead.
///
/// An operand is seen as elements `(i, k)`, i a row of A or a column of B, at `offset + i stride +
/// k step`; whether it is transposed is just a matter of the strides. A panel of width w holds
/// element `(i, k)` at `k w + i`, zero where i is beyond the operand.
final class Packing {
    /// Elements of k that are decoded at a time.
    private static final int BLOCK = 256;

    /// Elements of k that are transposed at a time.
    private static final int PIECE = 64;

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

    /// Reads several rows at a time, straight ahead within a piece that stays in the first-level
    /// cache while the panel's rows are completed.
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
        assert step == 1 : step;
        for (int k = 0; k < depth; k += PIECE) {
            int count = Math.min(PIECE, depth - k);
            int from = offset + k;
            int to = at + k * width;
            int i = 0;
            for (; i <= rows - 8; i += 8) {
                transpose8(source, from + i * stride, stride, count, panel, to + i, width);
            }
            for (; i <= rows - 4; i += 4) {
                transpose4(source, from + i * stride, stride, count, panel, to + i, width);
            }
            for (; i < rows; i++) {
                for (int c = 0; c < count; c++) {
                    panel[to + i + c * width] = source[from + i * stride + c];
                }
            }
        }
    }

    private static void transpose8(
            float[] source, int from, int stride, int count, float[] panel, int to, int width) {
        for (int c = 0; c < count; c++, from++, to += width) {
            panel[to] = source[from];
            panel[to + 1] = source[from + stride];
            panel[to + 2] = source[from + 2 * stride];
            panel[to + 3] = source[from + 3 * stride];
            panel[to + 4] = source[from + 4 * stride];
            panel[to + 5] = source[from + 5 * stride];
            panel[to + 6] = source[from + 6 * stride];
            panel[to + 7] = source[from + 7 * stride];
        }
    }

    private static void transpose4(
            float[] source, int from, int stride, int count, float[] panel, int to, int width) {
        for (int c = 0; c < count; c++, from++, to += width) {
            panel[to] = source[from];
            panel[to + 1] = source[from + stride];
            panel[to + 2] = source[from + 2 * stride];
            panel[to + 3] = source[from + 3 * stride];
        }
    }

    /// Packs columns that lie side by side into whole panels of [Tiles#WIDTH]: each row of them is
    /// read at once.
    static void wideRows(
            float[] source, int offset, int step, int panels, int depth, float[] target, int at) {
        for (int k = 0; k < depth; k++) {
            int from = offset + k * step;
            int to = at + k * Tiles.WIDTH;
            for (int panel = 0; panel < panels; panel++) {
                FloatVector.fromArray(FLOATS, source, from).intoArray(target, to);
                FloatVector.fromArray(FLOATS, source, from + V).intoArray(target, to + V);
                from += Tiles.WIDTH;
                to += depth * Tiles.WIDTH;
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
