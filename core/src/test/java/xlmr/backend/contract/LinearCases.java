package xlmr.backend.contract;

import static xlmr.backend.contract.Operand.input;
import static xlmr.backend.contract.Operand.output;
import static xlmr.backend.contract.Operand.updated;

import java.util.ArrayList;
import java.util.List;
import xlmr.tensor.DType;

/// Matrix products. A float32 sum of n products may be off by about √n roundings of its result.
final class LinearCases {
    /// N, in, out: ones, tails of every vector length, empty.
    private static final int[][] SMALL = {
        {1, 1, 1},
        {2, 3, 5},
        {5, 7, 3},
        {1, 17, 2},
        {4, 16, 16},
        {3, 8, 33},
        {7, 31, 6},
        {17, 5, 9},
        {0, 3, 4}
    };

    /// Around and beyond the blocks of a fast product.
    private static final int[][] LARGE = {
        {1, 65, 130},
        {33, 129, 67},
        {3, 1500, 2},
        {300, 20, 21},
        {130, 257, 70},
        {50, 771, 300},
        {2, 300, 1031},
        {64, 64, 64},
        {15, 515, 34},
        {513, 33, 17}
    };

    private LinearCases() {}

    static List<OperationCase> all() {
        List<OperationCase> cases = new ArrayList<>();
        for (int[] size : SMALL) {
            addStated(cases, size[0], size[1], size[2]);
        }
        for (int[] size : LARGE) {
            addLarge(cases, size[0], size[1], size[2]);
        }
        for (DType dtype : List.of(DType.F32, DType.F16, DType.BF16, DType.F64)) {
            addMapped(cases, dtype, 0);
            addMapped(cases, dtype, 1);
        }
        cases.add(
                OperationCase.of(
                        "linear of large magnitude",
                        ulps(7),
                        (backend, t) -> backend.linear(t[0], t[1], t[2], t[3]),
                        a -> a[3] = linear(a[0], a[1], a[2]),
                        input(5, 7).times(1e18),
                        input(3, 7).times(1e17),
                        input(3),
                        output(5, 3)));
        return cases;
    }

    private static void addStated(List<OperationCase> cases, int n, int in, int out) {
        String sizes = " [%d, %d] x [%d, %d]".formatted(n, in, out, in);
        cases.add(
                OperationCase.of(
                        "linear" + sizes,
                        ulps(in),
                        (backend, t) -> backend.linear(t[0], t[1], t[2], t[3]),
                        a -> a[3] = linear(a[0], a[1], a[2]),
                        input(n, in),
                        input(out, in),
                        input(out),
                        output(n, out)));
        cases.add(
                OperationCase.of(
                        "linear without bias" + sizes,
                        ulps(in),
                        (backend, t) -> backend.linear(t[0], t[1], null, t[2]),
                        a -> a[2] = linear(a[0], a[1], new double[out]),
                        input(n, in),
                        input(out, in),
                        output(n, out)));
        cases.add(
                OperationCase.of(
                        "linearInputGradient" + sizes,
                        ulps(out),
                        (backend, t) -> backend.linearInputGradient(t[0], t[2], t[4]),
                        a -> gradient(a, 1),
                        gradientOperands(n, in, out, updated(n, in))));
        cases.add(
                OperationCase.of(
                        "linearWeightGradient" + sizes,
                        ulps(n),
                        (backend, t) -> backend.linearWeightGradient(t[0], t[1], t[4]),
                        a -> gradient(a, 2),
                        gradientOperands(n, in, out, updated(out, in))));
        cases.add(
                OperationCase.of(
                        "biasGradient" + sizes,
                        ulps(n),
                        (backend, t) -> backend.biasGradient(t[0], t[4]),
                        a -> gradient(a, 3),
                        gradientOperands(n, in, out, updated(out))));
    }

    /// dOutput, input, weight, bias and the gradient.
    private static Operand[] gradientOperands(int n, int in, int out, Operand gradient) {
        return new Operand[] {input(n, out), input(n, in), input(out, in), input(out), gradient};
    }

    private static void gradient(double[][] a, int which) {
        Derivatives.add(x -> linear(x[1], x[2], x[3]), a, which, a[0], a[4]);
    }

    private static void addLarge(List<OperationCase> cases, int n, int in, int out) {
        String sizes = " [%d, %d] x [%d, %d]".formatted(n, in, out, in);
        cases.add(
                OperationCase.againstScalar(
                        "linear" + sizes,
                        ulps(in),
                        (backend, t) -> backend.linear(t[0], t[1], t[2], t[3]),
                        input(n, in),
                        input(out, in),
                        input(out),
                        output(n, out)));
        cases.add(
                OperationCase.againstScalar(
                        "linearInputGradient" + sizes,
                        ulps(out),
                        (backend, t) -> backend.linearInputGradient(t[0], t[1], t[2]),
                        input(n, out),
                        input(out, in),
                        updated(n, in)));
        cases.add(
                OperationCase.againstScalar(
                        "linearWeightGradient" + sizes,
                        ulps(n),
                        (backend, t) -> backend.linearWeightGradient(t[0], t[1], t[2]),
                        input(n, out),
                        input(n, in),
                        updated(out, in)));
        cases.add(
                OperationCase.againstScalar(
                        "biasGradient" + sizes,
                        ulps(n),
                        (backend, t) -> backend.biasGradient(t[0], t[1]),
                        input(n, out),
                        updated(out)));
    }

    /// Weights as a checkpoint has them: read-only, of any float type, at any address.
    private static void addMapped(List<OperationCase> cases, DType dtype, int offset) {
        String where = " mapped as %s, %d bytes off".formatted(dtype, offset);
        cases.add(
                OperationCase.of(
                        "linear" + where,
                        ulps(19),
                        (backend, t) -> backend.linear(t[0], t[1], t[2], t[3]),
                        a -> a[3] = linear(a[0], a[1], a[2]),
                        input(9, 19),
                        input(35, 19).mapped(dtype, offset),
                        input(35).mapped(dtype, offset),
                        output(9, 35)));
        cases.add(
                OperationCase.of(
                        "linearInputGradient" + where,
                        ulps(35),
                        (backend, t) -> backend.linearInputGradient(t[0], t[2], t[4]),
                        a -> gradient(a, 1),
                        input(9, 35),
                        input(9, 19),
                        input(35, 19).mapped(dtype, offset),
                        input(35),
                        updated(9, 19)));
    }

    private static double ulps(int products) {
        return 4 + Math.sqrt(products);
    }

    /// y = x Wᵀ + b, sizes from the arrays' lengths.
    private static double[] linear(double[] x, double[] w, double[] b) {
        int in = w.length / b.length;
        int n = x.length / in;
        double[] y = new double[n * b.length];
        for (int i = 0; i < y.length; i++) {
            int row = i / b.length;
            int column = i % b.length;
            y[i] = b[column];
            for (int k = 0; k < in; k++) {
                y[i] += x[row * in + k] * w[column * in + k];
            }
        }
        return y;
    }
}
