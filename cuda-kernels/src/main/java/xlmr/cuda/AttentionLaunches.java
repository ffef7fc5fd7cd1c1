package xlmr.cuda;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import xlmr.backend.AttentionShape;
import xlmr.backend.DropoutMask;
import xlmr.tensor.Tensor;

/// The launches of attention: tiles of rows, and the shape as the kernels read it.
record AttentionLaunches(Operation operation) {
    private static final int THREADS = 128;
    static final int FORWARD_ROWS = 16;
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
        AttentionPlaces places = AttentionPlaces.ofQueries(shape, FORWARD_ROWS);
        launch(
                "attention",
                places,
                shape,
                sharedBytes(size, FORWARD_ROWS),
                query,
                key,
                value,
                shape(shape, size, dropout, places),
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
        AttentionPlaces queries = AttentionPlaces.ofQueries(shape, BACKWARD_ROWS);
        int shared = sharedBytes(size, 2 * BACKWARD_ROWS);
        launch(
                "attentionQueryGradient",
                queries,
                shape,
                shared,
                query,
                key,
                value,
                shape(shape, size, dropout, queries),
                logSumExp,
                deltas,
                dOutput,
                dQuery);
        AttentionPlaces keys = AttentionPlaces.ofKeys(shape, BACKWARD_ROWS);
        launch(
                "attentionKeyValueGradient",
                keys,
                shape,
                shared,
                query,
                key,
                value,
                shape(shape, size, dropout, keys),
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
        AttentionPlaces places = AttentionPlaces.ofQueries(shape, 1);
        int[] offsets = new int[shape.sequences() + 1];
        for (int b = 0; b < shape.sequences(); b++) {
            offsets[b + 1] = offsets[b] + shape.heads() * shape.queries(b) * shape.keys(b);
        }
        operation.start(
                new KernelLaunch("attentionProbabilities", places.tiles(), shape.heads(), 32, 1, 0),
                query,
                key,
                shape(shape, size, DropoutMask.NONE, places),
                operation.upload(offsets),
                output);
    }

    private void launch(
            String kernel,
            AttentionPlaces places,
            AttentionShape shape,
            int sharedBytes,
            Object... arguments) {
        operation.start(
                new KernelLaunch(kernel, places.tiles(), shape.heads(), THREADS, 1, sharedBytes),
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

    /// The struct `Shape` of the kernels.
    byte[] shape(AttentionShape shape, int size, DropoutMask dropout, AttentionPlaces places) {
        long at = operation.upload(places.numbers()).address();
        ByteBuffer struct = ByteBuffer.allocate(56).order(ByteOrder.LITTLE_ENDIAN);
        struct.putLong(at);
        struct.putLong(at + places.startsAt());
        struct.putLong(at + places.keyStartsAt());
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
