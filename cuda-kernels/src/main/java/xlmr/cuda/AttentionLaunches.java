package xlmr.cuda;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import xlmr.backend.AttentionShape;
import xlmr.backend.DropoutMask;
import xlmr.tensor.Tensor;

/// The launches of attention: tiles of rows, and the shape as the kernels read it.
record AttentionLaunches(Operation operation) {
    private static final int THREADS = 128;
    private static final int FORWARD_ROWS = 16;
    private static final int BACKWARD_ROWS = 8;
    private static final int OTHER_ROWS = 32;
    private static final int LARGEST_SIZE = 128;

    void forward(
            Tensor query,
            Tensor key,
            Tensor value,
            AttentionShape shape,
            DropoutMask dropout,
            Tensor output,
            Tensor logSumExp) {
        int size = size(query, shape);
        List<int[]> tiles = tiles(shape.starts(), FORWARD_ROWS);
        launch(
                "attention",
                tiles,
                shape,
                sharedBytes(size, FORWARD_ROWS),
                query,
                key,
                value,
                shape(shape, size, dropout, tiles),
                output,
                logSumExp);
    }

    void backward(
            Tensor query,
            Tensor key,
            Tensor value,
            Tensor output,
            Tensor logSumExp,
            Tensor dOutput,
            AttentionShape shape,
            DropoutMask dropout,
            Tensor dQuery,
            Tensor dKey,
            Tensor dValue) {
        int size = size(query, shape);
        DevicePointer deltas = deltas(output, dOutput, shape); // [N, H]
        List<int[]> queryTiles = tiles(shape.starts(), BACKWARD_ROWS);
        int shared = sharedBytes(size, 2 * BACKWARD_ROWS);
        launch(
                "attentionQueryGradient",
                queryTiles,
                shape,
                shared,
                query,
                key,
                value,
                shape(shape, size, dropout, queryTiles),
                logSumExp,
                deltas,
                dOutput,
                dQuery);
        List<int[]> keyTiles = tiles(shape.keyStarts(), BACKWARD_ROWS);
        launch(
                "attentionKeyValueGradient",
                keyTiles,
                shape,
                shared,
                query,
                key,
                value,
                shape(shape, size, dropout, keyTiles),
                logSumExp,
                deltas,
                dOutput,
                dKey,
                dValue);
    }

    /// Of each row of each head the sum of output times dOutput. `[N, H]`
    DevicePointer deltas(Tensor output, Tensor dOutput, AttentionShape shape) {
        int rows = shape.tokens() * shape.heads();
        DevicePointer deltas = operation.scratch((long) Float.BYTES * rows);
        operation.rows(
                "attentionDeltas",
                (rows + 3) / 4,
                THREADS,
                output,
                dOutput,
                deltas,
                rows,
                size(output, shape));
        return deltas;
    }

    void probabilities(Tensor query, Tensor key, AttentionShape shape, Tensor output) {
        int size = size(query, shape);
        List<int[]> tiles = tiles(shape.starts(), 1);
        int[] offsets = new int[shape.sequences() + 1];
        for (int b = 0; b < shape.sequences(); b++) {
            offsets[b + 1] = offsets[b] + shape.heads() * shape.queries(b) * shape.keys(b);
        }
        operation.start(
                new KernelLaunch("attentionProbabilities", tiles.size(), shape.heads(), 32, 1, 0),
                query,
                key,
                shape(shape, size, DropoutMask.NONE, tiles),
                operation.upload(offsets),
                output);
    }

    private void launch(
            String kernel,
            List<int[]> tiles,
            AttentionShape shape,
            int sharedBytes,
            Object... arguments) {
        operation.start(
                new KernelLaunch(kernel, tiles.size(), shape.heads(), THREADS, 1, sharedBytes),
                arguments);
    }

    private static int size(Tensor query, AttentionShape shape) {
        int size = query.size(-1) / shape.heads();
        if (size > LARGEST_SIZE) {
            throw new IllegalArgumentException(
                    "attention: heads of at most "
                            + LARGEST_SIZE
                            + " columns are known, not "
                            + size);
        }
        return size;
    }

    /// Two tiles with an odd pitch, and the rows of the block.
    private static int sharedBytes(int size, int rows) {
        return 4 * (2 * OTHER_ROWS * (size | 1) + rows * size);
    }

    /// Sequence and first row of each tile.
    static List<int[]> tiles(int[] starts, int rows) {
        List<int[]> tiles = new ArrayList<>();
        for (int b = 0; b + 1 < starts.length; b++) {
            for (int row = 0; row < starts[b + 1] - starts[b]; row += rows) {
                tiles.add(new int[] {b, row});
            }
        }
        return tiles;
    }

    /// The struct `Shape` of the kernels.
    byte[] shape(AttentionShape shape, int size, DropoutMask dropout, List<int[]> tiles) {
        int[] flat = tiles.stream().flatMapToInt(java.util.Arrays::stream).toArray();
        ByteBuffer struct = ByteBuffer.allocate(56).order(ByteOrder.LITTLE_ENDIAN);
        struct.putLong(operation.upload(flat).address());
        struct.putLong(operation.upload(shape.starts()).address());
        struct.putLong(operation.upload(shape.keyStarts()).address());
        struct.putInt(shape.heads());
        struct.putInt(size);
        struct.putInt(shape.causal() ? 1 : 0);
        struct.putFloat((float) (1 / Math.sqrt(size)));
        struct.putInt(dropout.low());
        struct.putInt(dropout.high());
        struct.putInt(dropout.threshold());
        struct.putFloat(dropout.scale());
        return struct.array();
    }
}
