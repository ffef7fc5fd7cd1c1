package xlmr.backend.contract;

import static xlmr.backend.contract.Operand.input;
import static xlmr.backend.contract.Operand.output;
import static xlmr.backend.contract.Operand.updated;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import xlmr.backend.Backend;
import xlmr.tensor.DType;
import xlmr.tensor.Shape;
import xlmr.tensor.Tensor;

/// LayerNorm with its gradients.
final class LayerNormCases {
    private static final float EPSILON = 1e-5f;
    private static final double ULPS = 12;

    /// Rows and columns: ones, tails of every vector length, empty.
    private static final int[][] SMALL = {
        {1, 1}, {1, 2}, {3, 5}, {2, 8}, {4, 17}, {5, 31}, {2, 33}, {7, 16}, {0, 6}
    };

    /// Large enough for several threads.
    private static final int[][] LARGE = {{70, 129}, {3, 1003}, {200, 48}, {257, 768}, {1, 5003}};

    private LayerNormCases() {}

    static List<OperationCase> all() {
        List<OperationCase> cases = new ArrayList<>();
        for (int[] size : SMALL) {
            addLayerNorm(cases, size[0], size[1]);
        }
        for (int[] size : LARGE) {
            addLarge(cases, size[0], size[1]);
        }
        addDifficultLayerNorm(cases);
        return cases;
    }

    private static void addLayerNorm(List<OperationCase> cases, int n, int c) {
        String sizes = " [%d, %d]".formatted(n, c);
        cases.add(layerNorm("layerNorm" + sizes, ULPS, spread(n, c), input(c), input(c)));
        cases.add(layerNormGradient("layerNormGradient" + sizes, 4 * ULPS, spread(n, c), input(c)));
        cases.add(
                OperationCase.of(
                        "layerNormGradient of the input alone" + sizes,
                        4 * ULPS,
                        (backend, t) -> layerNormGradient(backend, t, t[4], null, null),
                        a -> Derivatives.add(LayerNormCases::layerNorm, a, 0, a[3], a[4]),
                        spread(n, c),
                        input(c),
                        input(c),
                        input(n, c),
                        updated(n, c)));
        cases.add(
                OperationCase.of(
                        "layerNormGradient of the parameters alone" + sizes,
                        4 * ULPS,
                        (backend, t) -> layerNormGradient(backend, t, null, t[4], t[5]),
                        a -> {
                            Derivatives.add(LayerNormCases::layerNorm, a, 1, a[3], a[4]);
                            Derivatives.add(LayerNormCases::layerNorm, a, 2, a[3], a[5]);
                        },
                        spread(n, c),
                        input(c),
                        input(c),
                        input(n, c),
                        updated(c),
                        updated(c)));
    }

    /// Numbers with a spread in every row: dividing by one close to 0 would magnify the noise of
    /// float32.
    private static Operand spread(int n, int c) {
        float[] values = input(n, c).values();
        for (int i = 0; i < values.length; i++) {
            values[i] += i % c % 2 == 0 ? 3 : -1;
        }
        return input(Shape.of(n, c), values);
    }

    static OperationCase layerNorm(
            String name, double ulps, Operand x, Operand weight, Operand bias) {
        int rows = x.shape().rows();
        return OperationCase.of(
                name,
                ulps,
                (backend, t) -> backend.layerNorm(t[0], t[1], t[2], EPSILON, t[3], t[4], t[5]),
                a -> {
                    int columns = a[1].length;
                    a[3] = layerNorm(a);
                    for (int n = 0; n < rows; n++) {
                        double[] row = Arrays.copyOfRange(a[0], n * columns, (n + 1) * columns);
                        a[4][n] = mean(row);
                        a[5][n] = 1 / Math.sqrt(variance(row) + EPSILON);
                    }
                },
                x,
                weight,
                bias,
                new Operand(Operand.Role.OUTPUT, x.shape(), new float[x.values().length], null, 0),
                output(rows),
                output(rows));
    }

    private static OperationCase layerNormGradient(
            String name, double ulps, Operand x, Operand weight) {
        int n = x.shape().rows();
        int c = x.shape().size(-1);
        return OperationCase.of(
                name,
                ulps,
                (backend, t) -> layerNormGradient(backend, t, t[4], t[5], t[6]),
                a -> {
                    for (int which = 0; which < 3; which++) {
                        Derivatives.add(LayerNormCases::layerNorm, a, which, a[3], a[4 + which]);
                    }
                },
                x,
                weight,
                input(c),
                input(n, c),
                updated(n, c),
                updated(c),
                updated(c));
    }

    private static void layerNormGradient(
            Backend backend,
            Tensor[] t,
            @Nullable Tensor dInput,
            @Nullable Tensor dWeight,
            @Nullable Tensor dBias) {
        Tensor output = backend.allocate(t[0].shape()); // [N, C]
        Tensor mean = backend.allocate(Shape.of(t[0].shape().rows())); // [N]
        Tensor rstd = backend.allocate(Shape.of(t[0].shape().rows())); // [N]
        backend.layerNorm(t[0], t[1], t[2], EPSILON, output, mean, rstd);
        backend.layerNormGradient(t[3], t[0], t[1], mean, rstd, dInput, dWeight, dBias);
    }

    private static void addDifficultLayerNorm(List<OperationCase> cases) {
        // A mean 100 times the spread costs a factor of 100 in float32, more would be a one-pass
        // variance.
        cases.add(
                layerNorm(
                        "layerNorm far from zero",
                        100 * ULPS,
                        input(5, 37).plus(100),
                        input(37),
                        input(37)));
        cases.add(
                layerNormGradient(
                        "layerNormGradient far from zero",
                        400 * ULPS,
                        input(3, 21).plus(100),
                        input(21)));
        cases.add(
                layerNorm(
                        "layerNorm of large magnitude",
                        ULPS,
                        input(4, 29).times(1e9),
                        input(29),
                        input(29)));
        float[] equal = new float[3 * 19];
        Arrays.fill(equal, 0.75f);
        cases.add(
                layerNorm(
                        "layerNorm of equal values",
                        ULPS,
                        input(Shape.of(3, 19), equal),
                        input(19),
                        input(19)));
        for (DType dtype : List.of(DType.F32, DType.F16, DType.BF16)) {
            cases.add(
                    layerNorm(
                            "layerNorm with parameters mapped as " + dtype,
                            ULPS,
                            input(6, 27),
                            input(27).mapped(dtype, 1),
                            input(27).mapped(dtype, 1)));
            cases.add(
                    layerNormGradient(
                            "layerNormGradient with a weight mapped as " + dtype,
                            4 * ULPS,
                            input(4, 19),
                            input(19).mapped(dtype, 1)));
        }
        float[] poisoned = input(3, 11).values();
        poisoned[12] = Float.NaN;
        cases.add(
                layerNorm(
                        "layerNorm with NaN in one row",
                        ULPS,
                        input(Shape.of(3, 11), poisoned),
                        input(11),
                        input(11)));
    }

    private static void addLarge(List<OperationCase> cases, int n, int c) {
        String sizes = " [%d, %d]".formatted(n, c);
        cases.add(
                OperationCase.againstScalar(
                        "layerNorm" + sizes,
                        2 * ULPS,
                        (backend, t) ->
                                backend.layerNorm(t[0], t[1], t[2], EPSILON, t[3], t[4], t[5]),
                        input(n, c).plus(0.3),
                        input(c),
                        input(c),
                        output(n, c),
                        output(n),
                        output(n)));
        cases.add(
                OperationCase.againstScalar(
                        "layerNormGradient" + sizes,
                        2 * ULPS,
                        (backend, t) -> layerNormGradient(backend, t, t[4], t[5], t[6]),
                        input(n, c).plus(0.3),
                        input(c),
                        input(c),
                        input(n, c),
                        updated(n, c),
                        updated(c),
                        updated(c)));
    }

    /// Of a[0] with weight a[1] and bias a[2].
    private static double[] layerNorm(double[][] a) {
        int columns = a[1].length;
        double[] y = new double[a[0].length];
        for (int n = 0; n < y.length / columns; n++) {
            double[] row = Arrays.copyOfRange(a[0], n * columns, (n + 1) * columns);
            double spread = Math.sqrt(variance(row) + EPSILON);
            for (int c = 0; c < columns; c++) {
                y[n * columns + c] = (row[c] - mean(row)) / spread * a[1][c] + a[2][c];
            }
        }
        return y;
    }

    private static double mean(double[] row) {
        return Arrays.stream(row).sum() / row.length;
    }

    private static double variance(double[] row) {
        double mean = mean(row);
        return Arrays.stream(row).map(x -> (x - mean) * (x - mean)).sum() / row.length;
    }
}
