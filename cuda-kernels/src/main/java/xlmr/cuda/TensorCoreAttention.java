package xlmr.cuda;

import xlmr.backend.AttentionShape;
import xlmr.backend.DropoutMask;
import xlmr.tensor.Tensor;

/// The launches of attention on tensor cores. What is multiplied is rounded to 16 bits first; sums,
/// outputs and gradients are in single precision.
record TensorCoreAttention(Operation operation, HalfFormat format) {
    private static final int THREADS = 128;
    static final int OWN_ROWS = 64;
    private static final int PASSING_ROWS = 32;
    private static final int BYTES = 2;

    /// Whether there are kernels for heads of this size: chunks of 16 bytes are copied, so it has
    /// to be a multiple of 8.
    static boolean takes(Tensor query, AttentionShape shape) {
        int size = query.size(-1) / shape.heads();
        return size % 8 == 0 && size <= 128;
    }

    void forward(
            Tensor query,
            Tensor key,
            Tensor value,
            AttentionShape shape,
            DropoutMask dropout,
            Tensor output,
            Tensor logSumExp) {
        int size = query.size(-1) / shape.heads();
        AttentionPlaces places = AttentionPlaces.ofQueries(shape, OWN_ROWS);
        int passing = columns(size) <= 64 ? 64 : 32;
        launch(
                "attention",
                size,
                places,
                shape,
                BYTES * columns(size) * (OWN_ROWS + 4 * passing),
                narrow(query),
                narrow(key),
                narrow(value),
                struct(shape, size, dropout, places),
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
        int size = query.size(-1) / shape.heads();
        DevicePointer deltas = new AttentionLaunches(operation).deltas(output, dOutput, shape);
        DevicePointer queries = narrow(query);
        DevicePointer keys = narrow(key);
        DevicePointer values = narrow(value);
        DevicePointer gradients = narrow(dOutput);
        int shared = BYTES * columns(size) * (2 * OWN_ROWS + 4 * PASSING_ROWS);
        AttentionPlaces queryPlaces = AttentionPlaces.ofQueries(shape, OWN_ROWS);
        launch(
                "attentionQueryGradient",
                size,
                queryPlaces,
                shape,
                shared,
                queries,
                keys,
                values,
                struct(shape, size, dropout, queryPlaces),
                logSumExp,
                deltas,
                gradients,
                dQuery);
        AttentionPlaces keyPlaces = AttentionPlaces.ofKeys(shape, OWN_ROWS);
        launch(
                "attentionKeyValueGradient",
                size,
                keyPlaces,
                shape,
                // Logarithms and deltas of the queries that pass by are copied as well.
                shared + 4 * Float.BYTES * PASSING_ROWS,
                queries,
                keys,
                values,
                struct(shape, size, dropout, keyPlaces),
                logSumExp,
                deltas,
                gradients,
                dKey,
                dValue);
    }

    /// The columns that the kernel for these heads is made for.
    private static int columns(int size) {
        return size <= 32 ? 32 : size <= 64 ? 64 : 128;
    }

    private DevicePointer narrow(Tensor tensor) {
        int n = tensor.shape().elements();
        DevicePointer halves = operation.scratch((long) BYTES * n);
        operation.elements("narrowTo" + format.kernels(), n, tensor, halves);
        return halves;
    }

    private void launch(
            String kernel,
            int size,
            AttentionPlaces places,
            AttentionShape shape,
            int sharedBytes,
            Object... arguments) {
        operation.start(
                new KernelLaunch(
                        kernel + format.kernels() + "Size" + columns(size),
                        places.tiles(),
                        shape.heads(),
                        THREADS,
                        1,
                        sharedBytes),
                arguments);
    }

    private byte[] struct(
            AttentionShape shape, int size, DropoutMask dropout, AttentionPlaces places) {
        return new AttentionLaunches(operation).shape(shape, size, dropout, places);
    }
}
