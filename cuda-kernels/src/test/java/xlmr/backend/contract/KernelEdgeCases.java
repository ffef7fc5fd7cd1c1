package xlmr.backend.contract;

import static xlmr.backend.contract.Operand.input;
import static xlmr.backend.contract.Operand.output;
import static xlmr.backend.contract.Operand.updated;

import java.util.List;
import xlmr.backend.Activation;
import xlmr.backend.Backend;
import xlmr.backend.CrossEntropy;
import xlmr.backend.DropoutMask;
import xlmr.tensor.Shape;
import xlmr.tensor.Tensor;

/// Sizes at which the kernels do what they do at no size of the common contract.
final class KernelEdgeCases {
    /// More than twice as many as a block has threads for a row.
    private static final int COLUMNS = 300;

    private static final int[] ROWS = {2, 0, 2};

    private KernelEdgeCases() {}

    static List<OperationCase> all() {
        Operand.drawAnew();
        return List.of(
                sumOfManySquares(),
                dropoutAtTheThreshold(),
                geluGradientAtTheEnds(),
                layerNormOfRowsFarFromZero(),
                linearAddNormOfRowsFarFromZero(),
                biasGradientOfMoreColumnsThanThreads(),
                biasGradientOfMemoryThatEndsWithTheRows(),
                layerNormGradientOfMemoryThatEndsWithTheRows(),
                crossEntropyOfALogitOfMinusInfinity(),
                OperationCase.againstScalar(
                        "gatherRows of 300 columns",
                        0,
                        (backend, t) -> backend.gatherRows(t[0], ROWS, t[1]),
                        input(3, COLUMNS),
                        output(3, COLUMNS)),
                OperationCase.againstScalar(
                        "addGatheredRows of 300 columns",
                        0,
                        (backend, t) -> backend.addGatheredRows(t[0], ROWS, t[1]),
                        input(3, COLUMNS),
                        updated(3, COLUMNS)),
                OperationCase.againstScalar(
                        "scatterAddRows of 300 columns",
                        2,
                        (backend, t) -> backend.scatterAddRows(t[0], ROWS, t[1]),
                        input(3, COLUMNS),
                        updated(3, COLUMNS)));
    }

    /// More pieces of 8192 elements than the block has threads that adds them up.
    private static OperationCase sumOfManySquares() {
        return OperationCase.of(
                "sumOfSquares of more than 256 pieces",
                1,
                (backend, t) -> {
                    double exact = 0;
                    for (float value : t[0].toArray()) {
                        exact += (double) value * value;
                    }
                    double error = Math.abs(backend.sumOfSquares(t[0]) - exact) / exact;
                    backend.write(new float[] {error < 1e-12 ? 0 : (float) error}, t[1]);
                },
                arrays -> arrays[1][0] = 0,
                input(258 * 8192 + 5),
                output(1));
    }

    /// There is no density left to multiply the input with.
    private static OperationCase geluGradientAtTheEnds() {
        return OperationCase.of(
                "activationGradient GELU at the ends",
                0,
                (backend, t) -> backend.activationGradient(Activation.GELU, t[0], t[1], t[2]),
                arrays -> {
                    arrays[2][0] += arrays[1][0];
                    arrays[2][2] += arrays[1][2];
                },
                input(Shape.of(4), Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, 50, -50),
                input(4),
                updated(4));
    }

    /// A float has steps of 1/64 here. All numbers are such steps, and so is what they differ by
    /// from any first guess of their mean: found twice, the mean costs the output nothing. Found
    /// once, it is off by about a step.
    private static Operand farFromZero() {
        float[] values = input(3, COLUMNS).values();
        float[] offsets = {0x1p17f, -0x1p17f, 0};
        for (int i = 0; i < values.length; i++) {
            values[i] = offsets[i / COLUMNS] + Math.round(values[i] * 64) / 64f;
        }
        return input(Shape.of(3, COLUMNS), values);
    }

    private static OperationCase layerNormOfRowsFarFromZero() {
        return LayerNormCases.layerNorm(
                "layerNorm of rows far from 0", 12, farFromZero(), input(COLUMNS), input(COLUMNS));
    }

    /// The same where the row is a residual, to which nothing is added.
    private static OperationCase linearAddNormOfRowsFarFromZero() {
        return OperationCase.againstScalar(
                "linearAddNorm of rows far from 0",
                12,
                (backend, t) ->
                        backend.linearAddNorm(
                                t[0],
                                t[1],
                                t[2],
                                DropoutMask.NONE,
                                t[3],
                                new Backend.Affine(t[4], t[2], 1e-5f),
                                t[5],
                                t[6],
                                t[7],
                                t[8]),
                input(3, 1),
                input(COLUMNS, 1).times(0),
                input(COLUMNS).times(0),
                farFromZero(),
                input(COLUMNS),
                output(3, COLUMNS),
                output(3, COLUMNS),
                output(3),
                output(3));
    }

    /// One thread has more than one column to add up.
    private static OperationCase biasGradientOfMoreColumnsThanThreads() {
        int columns = 1024 * 256 + 40;
        return OperationCase.againstScalar(
                "biasGradient of more columns than a grid has threads",
                1,
                (backend, t) -> backend.biasGradient(t[0], t[1]),
                input(1, columns),
                updated(columns));
    }

    /// Behind the last number there is nothing that could be read.
    private static OperationCase biasGradientOfMemoryThatEndsWithTheRows() {
        return OperationCase.againstScalar(
                "biasGradient of memory that ends with the rows",
                4,
                (backend, t) -> backend.biasGradient(exactly(backend, t[0]), t[1]),
                input(3, 33),
                updated(33));
    }

    private static OperationCase layerNormGradientOfMemoryThatEndsWithTheRows() {
        return OperationCase.againstScalar(
                "layerNormGradient of memory that ends with the rows",
                8,
                (backend, t) ->
                        backend.layerNormGradient(
                                exactly(backend, t[0]),
                                exactly(backend, t[1]),
                                t[2],
                                t[3],
                                t[4],
                                null,
                                t[5],
                                t[6]),
                input(3, 33),
                input(3, 33),
                input(33),
                input(3),
                input(3),
                updated(33),
                updated(33));
    }

    /// The same numbers, without more memory behind them than they need.
    private static Tensor exactly(Backend backend, Tensor tensor) {
        Tensor copy = backend.allocate(tensor.shape()); // [as the tensor]
        backend.write(tensor.toArray(), copy);
        return copy;
    }

    /// A class that is ruled out costs nothing where labels are not smoothed.
    private static OperationCase crossEntropyOfALogitOfMinusInfinity() {
        CrossEntropy target = CrossEntropy.of(1, 0);
        return OperationCase.againstScalar(
                "crossEntropy of a logit of minus infinity",
                8,
                (backend, t) -> backend.crossEntropy(t[0], target, t[1]),
                input(Shape.of(2, 3), Float.NEGATIVE_INFINITY, 1, 2, 0.5f, -1, 3),
                output());
    }

    /// The hash of the first element is the threshold itself, so that it is just kept.
    private static OperationCase dropoutAtTheThreshold() {
        int low = 12345;
        int high = 678;
        int hash = DropoutMask.hash(0, low, high);
        DropoutMask mask = new DropoutMask((hash >>> 8) * 0x1p-24f, low, high);
        return OperationCase.againstScalar(
                "dropout at the threshold",
                1,
                (backend, t) -> backend.dropout(t[0], mask, t[1]),
                input(5),
                output(5));
    }
}
