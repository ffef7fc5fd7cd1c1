package xlmr.backend.cpu;

import static xlmr.backend.cpu.Lanes.FLOATS;
import static xlmr.backend.cpu.Lanes.V;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import org.jspecify.annotations.Nullable;

/// LayerNorm and softmax by row, forward and backward. A row is summed by lane and then across the
/// lanes, so its bits depend on its width alone.
final class Normalizations {
    private Normalizations() {}

    /// output = (x - mean) rstd weight + bias for rows `from` to `to`; two passes, as the reference
    /// computes the variance.
    static void layerNorm(
            float[] input,
            float[] weight,
            float[] bias,
            float epsilon,
            int columns,
            float[] output,
            float[] mean,
            float[] rstd,
            int from,
            int to) {
        for (int n = from; n < to; n++) {
            int row = n * columns;
            float center = sum(input, row, columns) / columns;
            float variance = squaredDistance(input, row, columns, center) / columns;
            float factor = (float) (1 / Math.sqrt((double) variance + epsilon));
            mean[n] = center;
            rstd[n] = factor;
            for (int c = 0; c < columns; c++) {
                output[row + c] = (input[row + c] - center) * factor * weight[c] + bias[c];
            }
        }
    }

    /// dInput += rstd (g - mean(g) - x̂ mean(g x̂)) with g = dOutput weight, for rows `from` to
    /// `to`.
    static void layerNormInputGradient(
            float[] dOutput,
            float[] input,
            float[] weight,
            float[] mean,
            float[] rstd,
            int columns,
            float[] dInput,
            int from,
            int to) {
        for (int n = from; n < to; n++) {
            int row = n * columns;
            FloatVector center = FloatVector.broadcast(FLOATS, mean[n]);
            FloatVector sums = FloatVector.zero(FLOATS);
            FloatVector products = FloatVector.zero(FLOATS);
            int c = 0;
            for (; c <= columns - V; c += V) {
                FloatVector g =
                        FloatVector.fromArray(FLOATS, dOutput, row + c)
                                .mul(FloatVector.fromArray(FLOATS, weight, c));
                sums = sums.add(g);
                products =
                        g.fma(FloatVector.fromArray(FLOATS, input, row + c).sub(center), products);
            }
            float sum = Lanes.sum(sums);
            float product = Lanes.sum(products);
            for (; c < columns; c++) {
                float g = dOutput[row + c] * weight[c];
                sum += g;
                product += g * (input[row + c] - mean[n]);
            }
            float meanG = sum / columns;
            float meanGx = product * rstd[n] / columns;
            float factor = rstd[n];
            for (c = 0; c < columns; c++) {
                float x = (input[row + c] - mean[n]) * factor;
                dInput[row + c] += factor * (dOutput[row + c] * weight[c] - meanG - x * meanGx);
            }
        }
    }

    /// dWeight += Σ dOutput x̂ and dBias += Σ dOutput for columns `from` to `to`, over all rows in
    /// order.
    static void layerNormParameterGradient(
            float[] dOutput,
            float[] input,
            float[] mean,
            float[] rstd,
            int rows,
            int columns,
            float @Nullable [] dWeight,
            float @Nullable [] dBias,
            int from,
            int to) {
        float[] weightSums = new float[to - from];
        float[] biasSums = new float[to - from];
        for (int n = 0; n < rows; n++) {
            int row = n * columns + from;
            float center = mean[n];
            float factor = rstd[n];
            for (int c = 0; c < to - from; c++) {
                float g = dOutput[row + c];
                weightSums[c] += g * ((input[row + c] - center) * factor);
                biasSums[c] += g;
            }
        }
        for (int c = from; c < to; c++) {
            if (dWeight != null) {
                dWeight[c] += weightSums[c - from];
            }
            if (dBias != null) {
                dBias[c] += biasSums[c - from];
            }
        }
    }

    /// output = softmax(x), or its logarithm, for rows `from` to `to`.
    static void softmax(
            float[] input, int columns, boolean logarithm, float[] output, int from, int to) {
        float[] powers = new float[FLOATS.loopBound(columns + V - 1)];
        for (int row = from * columns; row < to * columns; row += columns) {
            float max = max(input, row, columns);
            float sum = powers(input, row, columns, max, powers);
            if (logarithm) {
                float shift = (float) (max + Math.log(sum));
                for (int c = 0; c < columns; c++) {
                    output[row + c] = input[row + c] - shift;
                }
            } else {
                float factor = 1 / sum;
                for (int c = 0; c < columns; c++) {
                    output[row + c] = powers[c] * factor;
                }
            }
        }
    }

    /// dInput += y (dOutput - Σ y dOutput) for rows `from` to `to`.
    static void softmaxGradient(
            float[] output, float[] dOutput, int columns, float[] dInput, int from, int to) {
        for (int row = from * columns; row < to * columns; row += columns) {
            double sum = 0;
            for (int c = row; c < row + columns; c++) {
                sum += (double) output[c] * dOutput[c];
            }
            for (int c = row; c < row + columns; c++) {
                dInput[c] += output[c] * (dOutput[c] - (float) sum);
            }
        }
    }

    /// dInput += dOutput - eʸ Σ dOutput for rows `from` to `to`.
    static void logSoftmaxGradient(
            float[] output, float[] dOutput, int columns, float[] dInput, int from, int to) {
        float[] powers = new float[FLOATS.loopBound(columns + V - 1)];
        for (int row = from * columns; row < to * columns; row += columns) {
            float sum = sum(dOutput, row, columns);
            powers(output, row, columns, 0, powers);
            for (int c = 0; c < columns; c++) {
                dInput[row + c] += dOutput[row + c] - powers[c] * sum;
            }
        }
    }

    private static float sum(float[] x, int row, int columns) {
        FloatVector sums = FloatVector.zero(FLOATS);
        int c = 0;
        for (; c <= columns - V; c += V) {
            sums = sums.add(FloatVector.fromArray(FLOATS, x, row + c));
        }
        float sum = Lanes.sum(sums);
        for (; c < columns; c++) {
            sum += x[row + c];
        }
        return sum;
    }

    private static float squaredDistance(float[] x, int row, int columns, float center) {
        FloatVector sums = FloatVector.zero(FLOATS);
        int c = 0;
        for (; c <= columns - V; c += V) {
            FloatVector distance = FloatVector.fromArray(FLOATS, x, row + c).sub(center);
            sums = distance.fma(distance, sums);
        }
        float sum = Lanes.sum(sums);
        for (; c < columns; c++) {
            float distance = x[row + c] - center;
            sum += distance * distance;
        }
        return sum;
    }

    private static float max(float[] x, int row, int columns) {
        float max = x[row];
        for (int c = row + 1; c < row + columns; c++) {
            max = Math.max(max, x[c]);
        }
        return max;
    }

    /// Sets `powers` to e^(x - shift), with zeros up to a whole vector, and returns their sum.
    private static float powers(float[] x, int row, int columns, float shift, float[] powers) {
        for (int c = 0; c < columns; c++) {
            powers[c] = x[row + c] - shift;
        }
        Arrays.fill(powers, columns, powers.length, Float.NEGATIVE_INFINITY);
        FloatVector sums = FloatVector.zero(FLOATS);
        for (int c = 0; c < powers.length; c += V) {
            FloatVector p = VectorMath.exp(FloatVector.fromArray(FLOATS, powers, c));
            sums = sums.add(p);
            p.intoArray(powers, c);
        }
        return Lanes.sum(sums);
    }
}
