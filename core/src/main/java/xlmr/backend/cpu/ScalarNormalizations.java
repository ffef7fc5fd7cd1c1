package xlmr.backend.cpu;

import org.jspecify.annotations.Nullable;
import xlmr.tensor.Tensor;

/// What looks at a whole row: LayerNorm, softmax and log-softmax over the last axis.
final class ScalarNormalizations {
    private ScalarNormalizations() {}

    /// y = (x - mean) rstd w + b, with rstd = 1 / √(variance + ε) and the variance divided by C,
    /// not by C - 1.
    static void layerNorm(
            Tensor input,
            Tensor weight,
            Tensor bias,
            float epsilon,
            Tensor output,
            Tensor mean,
            Tensor rstd) {
        int columns = Elements.columns(input); // C
        float[] x = Elements.of(input);
        float[] w = Elements.of(weight);
        float[] b = Elements.of(bias);
        float[] y = Elements.writable(output);
        float[] means = Elements.writable(mean);
        float[] rstds = Elements.writable(rstd);
        for (int n = 0; n < Elements.rows(input); n++) {
            int row = n * columns;
            double sum = 0;
            for (int c = 0; c < columns; c++) {
                sum += x[row + c];
            }
            double center = sum / columns;
            double squares = 0;
            for (int c = 0; c < columns; c++) {
                squares += (x[row + c] - center) * (x[row + c] - center);
            }
            double factor = 1 / Math.sqrt(squares / columns + epsilon);
            for (int c = 0; c < columns; c++) {
                y[row + c] = (float) ((x[row + c] - center) * factor * w[c] + b[c]);
            }
            means[n] = (float) center;
            rstds[n] = (float) factor;
        }
    }

    /// With x̂ = (x - mean) rstd and g = dy w: dx += rstd (g - mean(g) - x̂ mean(g x̂)); dw += Σ dy
    /// x̂; db += Σ dy.
    static void layerNormGradient(
            Tensor dOutput,
            Tensor input,
            Tensor weight,
            Tensor mean,
            Tensor rstd,
            @Nullable Tensor dInput,
            @Nullable Tensor dWeight,
            @Nullable Tensor dBias) {
        int columns = Elements.columns(input); // C
        float[] dy = Elements.of(dOutput);
        float[] x = Elements.of(input);
        float[] w = Elements.of(weight);
        float[] means = Elements.of(mean);
        float[] rstds = Elements.of(rstd);
        double[] weightSums = new double[columns];
        double[] biasSums = new double[columns];
        for (int n = 0; n < Elements.rows(input); n++) {
            int row = n * columns;
            double sum = 0;
            double sumWithInput = 0;
            for (int c = 0; c < columns; c++) {
                double normalized = ((double) x[row + c] - means[n]) * rstds[n];
                double g = (double) dy[row + c] * w[c];
                sum += g;
                sumWithInput += g * normalized;
                weightSums[c] += dy[row + c] * normalized;
                biasSums[c] += dy[row + c];
            }
            if (dInput == null) {
                continue;
            }
            float[] dx = Elements.writable(dInput);
            for (int c = 0; c < columns; c++) {
                double normalized = ((double) x[row + c] - means[n]) * rstds[n];
                double g = (double) dy[row + c] * w[c];
                double change = g - sum / columns - normalized * sumWithInput / columns;
                dx[row + c] = (float) (dx[row + c] + rstds[n] * change);
            }
        }
        if (dWeight != null) {
            accumulate(weightSums, dWeight);
        }
        if (dBias != null) {
            accumulate(biasSums, dBias);
        }
    }

    /// y = exp(x - max) / Σ exp(x - max).
    static void softmax(Tensor input, Tensor output) {
        int columns = Elements.columns(input);
        float[] x = Elements.of(input);
        float[] y = Elements.writable(output);
        for (int row = 0; row < Elements.count(input); row += columns) {
            double logarithm = logSumExp(x, row, columns);
            for (int i = row; i < row + columns; i++) {
                y[i] = (float) Math.exp(x[i] - logarithm);
            }
        }
    }

    /// dx += y (dy - Σ y dy).
    static void softmaxGradient(Tensor output, Tensor dOutput, Tensor dInput) {
        int columns = Elements.columns(output);
        float[] y = Elements.of(output);
        float[] dy = Elements.of(dOutput);
        float[] dx = Elements.writable(dInput);
        for (int row = 0; row < Elements.count(output); row += columns) {
            double sum = 0;
            for (int i = row; i < row + columns; i++) {
                sum += (double) y[i] * dy[i];
            }
            for (int i = row; i < row + columns; i++) {
                dx[i] = (float) (dx[i] + y[i] * (dy[i] - sum));
            }
        }
    }

    /// y = x - log Σ exp(x).
    static void logSoftmax(Tensor input, Tensor output) {
        int columns = Elements.columns(input);
        float[] x = Elements.of(input);
        float[] y = Elements.writable(output);
        for (int row = 0; row < Elements.count(input); row += columns) {
            double logarithm = logSumExp(x, row, columns);
            for (int i = row; i < row + columns; i++) {
                y[i] = (float) (x[i] - logarithm);
            }
        }
    }

    /// dx += dy - exp(y) Σ dy.
    static void logSoftmaxGradient(Tensor output, Tensor dOutput, Tensor dInput) {
        int columns = Elements.columns(output);
        float[] y = Elements.of(output);
        float[] dy = Elements.of(dOutput);
        float[] dx = Elements.writable(dInput);
        for (int row = 0; row < Elements.count(output); row += columns) {
            double sum = 0;
            for (int i = row; i < row + columns; i++) {
                sum += dy[i];
            }
            for (int i = row; i < row + columns; i++) {
                dx[i] = (float) (dx[i] + dy[i] - Math.exp(y[i]) * sum);
            }
        }
    }

    /// log Σ exp(x) of `columns` elements from `row` on, through their maximum: exp never
    /// overflows.
    static double logSumExp(float[] x, int row, int columns) {
        double largest = Double.NEGATIVE_INFINITY;
        for (int i = row; i < row + columns; i++) {
            largest = Math.max(largest, x[i]);
        }
        double sum = 0;
        for (int i = row; i < row + columns; i++) {
            sum += Math.exp(x[i] - largest);
        }
        return largest + Math.log(sum);
    }

    private static void accumulate(double[] sums, Tensor gradient) {
        float[] target = Elements.writable(gradient);
        for (int i = 0; i < sums.length; i++) {
            target[i] = (float) (target[i] + sums[i]);
        }
    }
}
