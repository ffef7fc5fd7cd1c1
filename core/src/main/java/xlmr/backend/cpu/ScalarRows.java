package xlmr.backend.cpu;

import xlmr.backend.SegmentReduction;
import xlmr.tensor.Tensor;

/// Rows taken from a table, gradients brought back to it, and segments of rows made one.
final class ScalarRows {
    private ScalarRows() {}

    static void gather(Tensor table, int[] rows, Tensor output) {
        int columns = Elements.columns(table);
        float[] y = Elements.writable(output);
        for (int i = 0; i < rows.length; i++) {
            table.storage().read((long) rows[i] * columns, y, i * columns, columns);
        }
    }

    static void addGathered(Tensor table, int[] rows, Tensor output) {
        int columns = Elements.columns(table);
        float[] y = Elements.writable(output);
        float[] row = new float[columns];
        for (int i = 0; i < rows.length; i++) {
            table.storage().read((long) rows[i] * columns, row, 0, columns);
            for (int c = 0; c < columns; c++) {
                y[i * columns + c] += row[c];
            }
        }
    }

    static void scatterAdd(Tensor dOutput, int[] rows, Tensor dTable) {
        int columns = Elements.columns(dTable);
        float[] dy = Elements.of(dOutput);
        float[] dt = Elements.writable(dTable);
        for (int i = 0; i < rows.length; i++) {
            if (rows[i] < 0) {
                continue;
            }
            for (int c = 0; c < columns; c++) {
                dt[rows[i] * columns + c] += dy[i * columns + c];
            }
        }
    }

    /// y[b, c] = Σ x[n, c] / T or max x[n, c] over the T rows n of segment b.
    static void reduce(SegmentReduction reduction, Tensor input, int[] starts, Tensor output) {
        int columns = Elements.columns(output);
        float[] x = Elements.of(input);
        float[] y = Elements.writable(output);
        for (int b = 0; b + 1 < starts.length; b++) {
            for (int c = 0; c < columns; c++) {
                y[b * columns + c] =
                        switch (reduction) {
                            case MEAN -> mean(x, starts[b], starts[b + 1], columns, c);
                            case MAX -> x[largest(x, starts[b], starts[b + 1], columns, c)];
                        };
            }
        }
    }

    /// dx[n, c] += dy[b, c] / T for each row of the segment, or dx[n, c] += dy[b, c] for the
    /// largest.
    static void reduceGradient(
            SegmentReduction reduction, Tensor input, int[] starts, Tensor dOutput, Tensor dInput) {
        int columns = Elements.columns(dOutput);
        float[] x = Elements.of(input);
        float[] dy = Elements.of(dOutput);
        float[] dx = Elements.writable(dInput);
        for (int b = 0; b + 1 < starts.length; b++) {
            for (int c = 0; c < columns; c++) {
                double change = dy[b * columns + c];
                switch (reduction) {
                    case MEAN -> {
                        for (int n = starts[b]; n < starts[b + 1]; n++) {
                            int i = n * columns + c;
                            dx[i] = (float) (dx[i] + change / (starts[b + 1] - starts[b]));
                        }
                    }
                    case MAX -> {
                        int i = largest(x, starts[b], starts[b + 1], columns, c);
                        dx[i] = (float) (dx[i] + change);
                    }
                }
            }
        }
    }

    private static float mean(float[] x, int from, int to, int columns, int c) {
        double sum = 0;
        for (int n = from; n < to; n++) {
            sum += x[n * columns + c];
        }
        return (float) (sum / (to - from));
    }

    /// Index of the first of the largest in a column of some rows.
    private static int largest(float[] x, int from, int to, int columns, int c) {
        int best = from * columns + c;
        for (int n = from + 1; n < to; n++) {
            int i = n * columns + c;
            if (x[i] > x[best] || (Float.isNaN(x[i]) && !Float.isNaN(x[best]))) {
                best = i;
            }
        }
        return best;
    }
}
