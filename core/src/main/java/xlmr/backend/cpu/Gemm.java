package xlmr.backend.cpu;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Matrix products C (+)= A B of any size and orientation, blocked as in BLIS (Van Zee and van de
/// Geijn 2015): both sides are packed into panels, then tiles of C are worked off.
///
/// The sum over k is cut every [#DEPTH] elements, a number that depends on nothing; each piece is
/// one chain of fused multiply-adds, and the pieces are added in order. So an element has the same
/// bits for every number of threads, vector width and size of the other dimensions: a sentence's
/// row does not depend on its neighbours in the batch.
final class Gemm {
    /// Length of a panel's piece: 256 x 32 floats of B fit the first-level cache.
    static final int DEPTH = 256;

    /// Rows of C in a task: their 256-deep piece of A stays in the second-level cache. A multiple
    /// of every tile height.
    private static final int ROWS = 96;

    /// Most columns of C in a task.
    private static final int COLUMNS = 256;

    /// Columns that one task packs.
    private static final int PACKED = 4 * Tiles.WIDTH;

    /// Most floats of one packed side at a time; larger products go piece by piece.
    private static final int CHUNK = 1 << 23;

    /// Below as many multiplications one thread is faster than waking others.
    private static final long ALONE = 1 << 17;

    private final Workers workers;
    private final Scratch.Pool scratches;

    Gemm(Workers workers, Scratch.Pool scratches) {
        this.workers = workers;
        this.scratches = scratches;
    }

    /// What becomes of the product.
    ///
    /// @param values `[M, N]`
    /// @param accumulate add to what is there
    /// @param bias `[N]` added to every row if not accumulated
    record Result(float[] values, boolean accumulate, float @Nullable [] bias) {
        private void begin(int row, int rows, int column, int columns, int width) {
            if (accumulate) {
                return;
            }
            for (int i = row; i < row + rows; i++) {
                int at = i * width + column;
                if (bias == null) {
                    Arrays.fill(values, at, at + columns, 0);
                } else {
                    System.arraycopy(bias, column, values, at, columns);
                }
            }
        }
    }

    /// C = A B of sizes `[M, K]` and `[K, N]`.
    ///
    /// @param packed all of `b` as [#packColumns] leaves it, or null
    void multiply(
            Operand a,
            int m,
            Operand b,
            float @Nullable [] packed,
            int n,
            int depth,
            Result result) {
        int columnChunk = packed == null ? chunk(depth, Tiles.WIDTH) : n;
        int rowChunk = chunk(depth, ROWS);
        boolean alone = (long) m * n * depth < ALONE;
        Scratch scratch = scratches.take();
        for (int j = 0; j < n; j += columnChunk) {
            int columns = Math.min(columnChunk, n - j);
            float[] right = packed == null ? scratch.array(2, padded(columns) * depth) : packed;
            for (int i = 0; i < m; i += rowChunk) {
                int rows = Math.min(rowChunk, m - i);
                float[] left = scratch.array(1, Tiles.paddedRows(rows) * depth);
                boolean packLeft = j == 0 || rowChunk < m;
                boolean packRight = packed == null && i == 0;
                pack(
                        a,
                        i,
                        packLeft ? rows : 0,
                        left,
                        b,
                        j,
                        packRight ? columns : 0,
                        right,
                        depth,
                        alone);
                compute(left, i, rows, right, j, columns, n, depth, result, alone);
            }
        }
        scratches.give(scratch);
    }

    /// All of a right side `[K, N]` in panels, for [#multiply].
    float[] packColumns(Operand b, int n, int depth) {
        float[] panels = new float[Math.multiplyExact(padded(n), depth)];
        pack(b, 0, 0, panels, b, 0, n, panels, depth, false);
        return panels;
    }

    private static int chunk(int depth, int unit) {
        return Math.max(1, CHUNK / Math.max(1, depth) / unit) * unit;
    }

    private static int padded(int columns) {
        return (columns + Tiles.WIDTH - 1) / Tiles.WIDTH * Tiles.WIDTH;
    }

    private void run(int count, boolean alone, Workers.Task task) {
        if (alone) {
            for (int index = 0; index < count; index++) {
                task.run(index);
            }
        } else {
            workers.run(count, task);
        }
    }

    private void pack(
            Operand a,
            int row,
            int rows,
            float[] left,
            Operand b,
            int column,
            int columns,
            float[] right,
            int depth,
            boolean alone) {
        int leftTasks = (rows + ROWS - 1) / ROWS;
        int rightTasks = (columns + PACKED - 1) / PACKED;
        run(
                leftTasks + rightTasks,
                alone,
                index -> {
                    Scratch scratch = scratches.take();
                    if (index < leftTasks) {
                        int end = Math.min(rows, (index + 1) * ROWS);
                        for (int i = index * ROWS; i < end; ) {
                            int height = Tiles.height(end - i);
                            a.pack(
                                    row + i,
                                    Math.min(height, end - i),
                                    depth,
                                    left,
                                    i * depth,
                                    height,
                                    scratch);
                            i += height;
                        }
                    } else {
                        int j = (index - leftTasks) * PACKED;
                        int count = Math.min(PACKED, columns - j);
                        b.packWide(column + j, count, depth, right, j * depth, scratch);
                    }
                    scratches.give(scratch);
                });
    }

    private void compute(
            float[] left,
            int row,
            int rows,
            float[] right,
            int column,
            int columns,
            int width,
            int depth,
            Result result,
            boolean alone) {
        int rowTasks = (rows + ROWS - 1) / ROWS;
        int panels = (columns + Tiles.WIDTH - 1) / Tiles.WIDTH;
        int wanted = panels * rowTasks / (8 * workers.threads());
        int step = Math.clamp(wanted, 1, COLUMNS / Tiles.WIDTH) * Tiles.WIDTH;
        int columnTasks = (columns + step - 1) / step;
        run(
                rowTasks * columnTasks,
                alone,
                index -> {
                    int i = index / columnTasks * ROWS;
                    int j = index % columnTasks * step;
                    int m = Math.min(ROWS, rows - i);
                    int n = Math.min(step, columns - j);
                    result.begin(row + i, m, column + j, n, width);
                    int at = (row + i) * width + column + j;
                    Scratch scratch = scratches.take();
                    block(
                            left,
                            i * depth,
                            m,
                            right,
                            j * depth,
                            n,
                            depth,
                            result.values(),
                            at,
                            width,
                            scratch);
                    scratches.give(scratch);
                });
    }

    /// C += A B for packed sides, on the calling thread.
    static void block(
            float[] a,
            int ao,
            int rows,
            float[] b,
            int bo,
            int columns,
            int depth,
            float[] c,
            int co,
            int cStep,
            Scratch scratch) {
        for (int k = 0; k < depth; k += DEPTH) {
            int piece = Math.min(DEPTH, depth - k);
            for (int j = 0; j < columns; j += Tiles.WIDTH) {
                int right = bo + j * depth + k * Tiles.WIDTH;
                for (int i = 0; i < rows; ) {
                    int height = Tiles.height(rows - i);
                    int left = ao + i * depth + k * height;
                    int to = co + i * cStep + j;
                    if (i + height <= rows && j + Tiles.WIDTH <= columns) {
                        Tiles.multiply(height, piece, a, left, height, b, right, c, to, cStep);
                    } else {
                        float[] edge = scratch.array(0, Tiles.HEIGHT * Tiles.WIDTH);
                        Arrays.fill(edge, 0, height * Tiles.WIDTH, 0);
                        Tiles.multiply(
                                height, piece, a, left, height, b, right, edge, 0, Tiles.WIDTH);
                        addEdge(
                                edge,
                                Math.min(height, rows - i),
                                Math.min(Tiles.WIDTH, columns - j),
                                c,
                                to,
                                cStep);
                    }
                    i += height;
                }
            }
        }
    }

    private static void addEdge(float[] edge, int rows, int columns, float[] c, int co, int cStep) {
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
                c[co + i * cStep + j] += edge[i * Tiles.WIDTH + j];
            }
        }
    }
}
