package xlmr.backend.cpu;

import java.util.Arrays;
import xlmr.backend.SegmentReduction;

/// Segments of rows made one, a row at a time: the compiler vectorizes the loops over the columns.
final class Segments {
    private Segments() {}

    /// y[b, c] of segments `first` to `last`, see [ScalarRows#reduce].
    static void reduce(
            SegmentReduction reduction,
            float[] x,
            int[] starts,
            int columns,
            float[] y,
            int first,
            int last) {
        double[] sums = new double[columns];
        for (int b = first; b < last; b++) {
            switch (reduction) {
                case MEAN -> mean(x, starts[b], starts[b + 1], sums, y, b * columns);
                case MAX -> max(x, starts[b], starts[b + 1], columns, y, b * columns);
            }
        }
    }

    private static void mean(float[] x, int from, int to, double[] sums, float[] y, int row) {
        Arrays.fill(sums, 0);
        for (int n = from; n < to; n++) {
            int at = n * sums.length;
            for (int c = 0; c < sums.length; c++) {
                sums[c] += x[at + c];
            }
        }
        for (int c = 0; c < sums.length; c++) {
            y[row + c] = (float) (sums[c] / (to - from));
        }
    }

    private static void max(float[] x, int from, int to, int columns, float[] y, int row) {
        System.arraycopy(x, from * columns, y, row, columns);
        for (int n = from + 1; n < to; n++) {
            int at = n * columns;
            for (int c = 0; c < columns; c++) {
                float best = y[row + c];
                float value = x[at + c];
                // Not-a-number wins, and of equals (0 and -0 are) the first.
                y[row + c] = value <= best || Float.isNaN(best) ? best : value;
            }
        }
    }

    /// dx of segments `first` to `last`, see [ScalarRows#reduceGradient].
    static void reduceGradient(
            SegmentReduction reduction,
            float[] x,
            int[] starts,
            int columns,
            float[] dy,
            float[] dx,
            int first,
            int last) {
        for (int b = first; b < last; b++) {
            switch (reduction) {
                case MEAN -> meanGradient(starts[b], starts[b + 1], columns, dy, b * columns, dx);
                case MAX -> maxGradient(x, starts[b], starts[b + 1], columns, dy, b * columns, dx);
            }
        }
    }

    private static void meanGradient(
            int from, int to, int columns, float[] dy, int row, float[] dx) {
        float share = 1f / (to - from);
        for (int n = from; n < to; n++) {
            int at = n * columns;
            for (int c = 0; c < columns; c++) {
                dx[at + c] += dy[row + c] * share;
            }
        }
    }

    private static void maxGradient(
            float[] x, int from, int to, int columns, float[] dy, int row, float[] dx) {
        int[] best = new int[columns];
        Arrays.setAll(best, c -> from * columns + c);
        for (int n = from + 1; n < to; n++) {
            for (int c = 0; c < columns; c++) {
                float largest = x[best[c]];
                float value = x[n * columns + c];
                best[c] = value <= largest || Float.isNaN(largest) ? best[c] : n * columns + c;
            }
        }
        for (int c = 0; c < columns; c++) {
            dx[best[c]] += dy[row + c];
        }
    }
}
