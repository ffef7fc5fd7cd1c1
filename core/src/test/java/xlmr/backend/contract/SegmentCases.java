package xlmr.backend.contract;

import static xlmr.backend.contract.Operand.input;
import static xlmr.backend.contract.Operand.output;
import static xlmr.backend.contract.Operand.updated;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import xlmr.backend.SegmentReduction;
import xlmr.tensor.Shape;

/// Segments of rows made one. The largest is one of the inputs, so bits must agree; a mean is
/// rounded a few times.
final class SegmentCases {
    private static final double MEAN_ULPS = 3;

    private SegmentCases() {}

    static List<OperationCase> all() {
        List<OperationCase> cases = new ArrayList<>();
        int[][] starts = {{0, 1}, {0, 3}, {0, 1, 2, 9}, {0, 17, 18, 40}};
        for (int columns : new int[] {1, 5, 16, 33, 384}) {
            for (int[] segments : starts) {
                addMean(cases, segments, columns);
                addMax(cases, segments, input(segments[segments.length - 1], columns));
            }
        }
        addMean(cases, new int[] {0, 700, 1400}, 48);
        float[] equals = {1, 5, 3, -0f, 1, 5, 2, 0, 0, 4, 3, 0, -1, -1, -1, -1};
        addMax(cases, new int[] {0, 3, 4}, input(Shape.of(4, 4), equals));
        float nan = Float.NaN;
        float[] odd = {1, nan, Float.NEGATIVE_INFINITY, nan, nan, 2, Float.NEGATIVE_INFINITY, nan};
        addMax(cases, new int[] {0, 2}, input(Shape.of(2, 4), odd));
        return cases;
    }

    private static void addMean(List<OperationCase> cases, int[] starts, int columns) {
        int rows = starts[starts.length - 1];
        int segments = starts.length - 1;
        String name = " of %s, %d columns".formatted(Arrays.toString(starts), columns);
        cases.add(
                OperationCase.of(
                        "mean" + name,
                        MEAN_ULPS,
                        (backend, t) ->
                                backend.reduceSegments(SegmentReduction.MEAN, t[0], starts, t[1]),
                        a -> a[1] = mean(a[0], starts, columns),
                        input(rows, columns),
                        output(segments, columns)));
        boolean slow = rows * columns > 600;
        cases.add(
                OperationCase.of(
                        "gradient of the mean" + name,
                        MEAN_ULPS,
                        (backend, t) ->
                                backend.reduceSegmentsGradient(
                                        SegmentReduction.MEAN, t[0], starts, t[1], t[2]),
                        a -> {
                            if (slow) {
                                addMeanGradient(a, starts, columns);
                            } else {
                                Derivatives.add(x -> mean(x[0], starts, columns), a, 0, a[1], a[2]);
                            }
                        },
                        input(rows, columns),
                        input(segments, columns),
                        updated(rows, columns)));
    }

    private static void addMax(List<OperationCase> cases, int[] starts, Operand rows) {
        int columns = rows.shape().size(1);
        int segments = starts.length - 1;
        String name = " of %s, %d columns".formatted(Arrays.toString(starts), columns);
        cases.add(
                OperationCase.of(
                        "max" + name,
                        0,
                        (backend, t) ->
                                backend.reduceSegments(SegmentReduction.MAX, t[0], starts, t[1]),
                        a -> {
                            for (int i = 0; i < a[1].length; i++) {
                                a[1][i] = a[0][largest(a[0], starts, columns, i)];
                            }
                        },
                        rows,
                        output(segments, columns)));
        cases.add(
                OperationCase.of(
                        "gradient of the max" + name,
                        0,
                        (backend, t) ->
                                backend.reduceSegmentsGradient(
                                        SegmentReduction.MAX, t[0], starts, t[1], t[2]),
                        a -> {
                            for (int i = 0; i < a[1].length; i++) {
                                a[2][largest(a[0], starts, columns, i)] += a[1][i];
                            }
                        },
                        rows,
                        input(segments, columns),
                        updated(rows.shape().size(0), columns)));
    }

    private static double[] mean(double[] x, int[] starts, int columns) {
        double[] y = new double[(starts.length - 1) * columns];
        for (int i = 0; i < y.length; i++) {
            int b = i / columns;
            for (int n = starts[b]; n < starts[b + 1]; n++) {
                y[i] += x[n * columns + i % columns] / (starts[b + 1] - starts[b]);
            }
        }
        return y;
    }

    private static void addMeanGradient(double[][] a, int[] starts, int columns) {
        for (int i = 0; i < a[1].length; i++) {
            int b = i / columns;
            for (int n = starts[b]; n < starts[b + 1]; n++) {
                a[2][n * columns + i % columns] += a[1][i] / (starts[b + 1] - starts[b]);
            }
        }
    }

    /// Index of the first of the largest in the segment and column of an output.
    private static int largest(double[] x, int[] starts, int columns, int output) {
        int b = output / columns;
        int best = starts[b] * columns + output % columns;
        for (int n = starts[b]; n < starts[b + 1]; n++) {
            int i = n * columns + output % columns;
            if (!Double.isNaN(x[best]) && !(x[i] <= x[best])) {
                best = i;
            }
        }
        return best;
    }
}
