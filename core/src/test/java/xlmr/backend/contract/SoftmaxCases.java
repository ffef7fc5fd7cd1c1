package xlmr.backend.contract;

import static xlmr.backend.contract.Operand.input;
import static xlmr.backend.contract.Operand.output;
import static xlmr.backend.contract.Operand.updated;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import xlmr.tensor.Shape;
import xlmr.tensor.Tensor;

/// Softmax and log-softmax of rows, with their gradients.
final class SoftmaxCases {
    private static final double ULPS = 12;

    /// Rows and columns: ones, tails of every vector length, empty.
    private static final int[][] SMALL = {
        {1, 1}, {1, 2}, {3, 5}, {2, 8}, {4, 17}, {5, 31}, {2, 33}, {7, 16}, {0, 6}
    };

    /// Large enough for several threads.
    private static final int[][] LARGE = {{70, 129}, {3, 1003}, {200, 48}, {257, 768}, {1, 5003}};

    private SoftmaxCases() {}

    static List<OperationCase> all() {
        List<OperationCase> cases = new ArrayList<>();
        for (int[] size : SMALL) {
            addSoftmax(cases, size[0], size[1]);
        }
        for (int[] size : LARGE) {
            addLarge(cases, size[0], size[1]);
        }
        addDifficultSoftmax(cases);
        return cases;
    }

    private static void addSoftmax(List<OperationCase> cases, int n, int c) {
        String sizes = " [%d, %d]".formatted(n, c);
        cases.add(
                OperationCase.of(
                        "softmax" + sizes,
                        ULPS,
                        (backend, t) -> backend.softmax(t[0], t[1]),
                        a -> a[1] = softmax(a[0], c),
                        input(n, c).times(3),
                        output(n, c)));
        cases.add(
                OperationCase.of(
                        "softmax in place" + sizes,
                        ULPS,
                        (backend, t) -> backend.softmax(t[0], t[0]),
                        a -> a[0] = softmax(a[0], c),
                        updated(n, c)));
        cases.add(
                OperationCase.of(
                        "softmaxGradient" + sizes,
                        ULPS,
                        (backend, t) -> {
                            Tensor output = backend.allocate(t[0].shape()); // [N, C]
                            backend.softmax(t[0], output);
                            backend.softmaxGradient(output, t[1], t[2]);
                        },
                        a -> Derivatives.add(x -> softmax(x[0], c), a, 0, a[1], a[2]),
                        input(n, c),
                        input(n, c),
                        updated(n, c)));
        cases.add(
                OperationCase.of(
                        "logSoftmax" + sizes,
                        ULPS,
                        (backend, t) -> backend.logSoftmax(t[0], t[1]),
                        a -> a[1] = logSoftmax(a[0], c),
                        input(n, c).times(3),
                        output(n, c)));
        cases.add(
                OperationCase.of(
                        "logSoftmax in place" + sizes,
                        ULPS,
                        (backend, t) -> backend.logSoftmax(t[0], t[0]),
                        a -> a[0] = logSoftmax(a[0], c),
                        updated(n, c)));
        cases.add(
                OperationCase.of(
                        "logSoftmaxGradient" + sizes,
                        ULPS,
                        (backend, t) -> {
                            Tensor output = backend.allocate(t[0].shape()); // [N, C]
                            backend.logSoftmax(t[0], output);
                            backend.logSoftmaxGradient(output, t[1], t[2]);
                        },
                        a -> Derivatives.add(x -> logSoftmax(x[0], c), a, 0, a[1], a[2]),
                        input(n, c),
                        input(n, c),
                        updated(n, c)));
    }

    private static void addDifficultSoftmax(List<OperationCase> cases) {
        float infinity = Float.POSITIVE_INFINITY;
        float[] rows = {
            1e4f,
            9999,
            9998,
            -1e4f,
            3, //
            -1e4f,
            -9999,
            -9998,
            -30000,
            -9999.5f, //
            0.5f,
            -infinity,
            0.25f,
            -infinity,
            -1, //
            -Float.MAX_VALUE,
            2,
            -Float.MAX_VALUE,
            1,
            0, //
            1,
            2,
            Float.NaN,
            0,
            1, //
            88,
            89,
            90,
            -103,
            -104
        };
        Shape shape = Shape.of(6, 5);
        cases.add(
                OperationCase.of(
                        "softmax of large, masked and NaN logits",
                        ULPS,
                        (backend, t) -> backend.softmax(t[0], t[1]),
                        a -> a[1] = softmax(a[0], 5),
                        input(shape, rows),
                        output(6, 5)));
        float[] finite = rows.clone();
        finite[11] = -500;
        finite[13] = -600;
        cases.add(
                OperationCase.of(
                        "logSoftmax of large and NaN logits",
                        1,
                        (backend, t) -> backend.logSoftmax(t[0], t[1]),
                        a -> a[1] = logSoftmax(a[0], 5),
                        input(shape, finite),
                        output(6, 5)));
    }

    /// A float32 sum of C numbers may be off by √C roundings.
    private static void addLarge(List<OperationCase> cases, int n, int c) {
        String sizes = " [%d, %d]".formatted(n, c);
        cases.add(
                OperationCase.againstScalar(
                        "softmax" + sizes,
                        ULPS + Math.sqrt(c),
                        (backend, t) -> backend.softmax(t[0], t[1]),
                        input(n, c).times(5),
                        output(n, c)));
        cases.add(
                OperationCase.againstScalar(
                        "softmaxGradient" + sizes,
                        ULPS + Math.sqrt(c),
                        (backend, t) -> backend.softmaxGradient(t[0], t[1], t[2]),
                        input(n, c).squared().times(1.0 / c),
                        input(n, c),
                        updated(n, c)));
        cases.add(
                OperationCase.againstScalar(
                        "logSoftmax" + sizes,
                        ULPS,
                        (backend, t) -> backend.logSoftmax(t[0], t[1]),
                        input(n, c).times(5),
                        output(n, c)));
        cases.add(
                OperationCase.againstScalar(
                        "logSoftmaxGradient" + sizes,
                        ULPS + Math.sqrt(c),
                        (backend, t) -> backend.logSoftmaxGradient(t[0], t[1], t[2]),
                        input(n, c).squared().times(-1),
                        input(n, c),
                        updated(n, c)));
    }

    /// yᵢ = 1 / Σⱼ exp(xⱼ - xᵢ): no maximum needed, since infinity gives 0.
    static double[] softmax(double[] x, int columns) {
        double[] y = new double[x.length];
        for (int i = 0; i < x.length; i++) {
            double sum = 0;
            for (int j = i - i % columns; j < i - i % columns + columns; j++) {
                sum += x[j] == x[i] ? 1 : Math.exp(x[j] - x[i]);
            }
            y[i] = x[i] == Double.NEGATIVE_INFINITY ? 0 : 1 / sum;
        }
        return y;
    }

    /// yᵢ = xᵢ - max - log Σⱼ exp(xⱼ - max).
    static double[] logSoftmax(double[] x, int columns) {
        double[] y = new double[x.length];
        for (int i = 0; i < x.length; i++) {
            int start = i - i % columns;
            double largest = Arrays.stream(x, start, start + columns).max().orElseThrow();
            double sum =
                    Arrays.stream(x, start, start + columns)
                            .map(value -> Math.exp(value - largest))
                            .sum();
            y[i] = x[i] - largest - Math.log(sum);
        }
        return y;
    }
}
