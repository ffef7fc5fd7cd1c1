package xlmr.backend.cpu;

import static xlmr.backend.cpu.Lanes.FLOATS;
import static xlmr.backend.cpu.Lanes.INTS;
import static xlmr.backend.cpu.Lanes.V;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import xlmr.backend.AdamWStep;
import xlmr.backend.DropoutMask;

/// What is done element by element, from index `from` to `to`. Plain loops where the compiler
/// vectorizes them by itself.
final class ElementLoops {
    private ElementLoops() {}

    static void add(float[] left, float[] right, float[] output, int from, int to) {
        for (int i = from; i < to; i++) {
            output[i] = left[i] + right[i];
        }
    }

    static void addScaled(float[] input, float factor, float[] output, int from, int to) {
        for (int i = from; i < to; i++) {
            output[i] += factor * input[i];
        }
    }

    static void multiply(float[] left, float[] right, float[] output, int from, int to) {
        for (int i = from; i < to; i++) {
            output[i] = left[i] * right[i];
        }
    }

    static void addProduct(float[] left, float[] right, float[] output, int from, int to) {
        for (int i = from; i < to; i++) {
            output[i] += left[i] * right[i];
        }
    }

    static void scale(float[] x, float factor, int from, int to) {
        for (int i = from; i < to; i++) {
            x[i] *= factor;
        }
    }

    /// output = input where kept, scaled, else 0.
    static void dropout(float[] input, DropoutMask mask, float[] output, int from, int to) {
        IntVector low = IntVector.broadcast(INTS, mask.low());
        FloatVector zero = FloatVector.zero(FLOATS);
        for (int i = from; i < to; i += V) {
            VectorMask<Float> lanes = FLOATS.indexInRange(i, to);
            IntVector index = IntVector.broadcast(INTS, i).addIndex(1);
            VectorMask<Float> kept = VectorMath.keeps(index, low, mask.high(), mask.threshold());
            FloatVector scaled = FloatVector.fromArray(FLOATS, input, i, lanes).mul(mask.scale());
            zero.blend(scaled, kept).intoArray(output, i, lanes);
        }
    }

    /// dInput += dOutput where kept, scaled.
    static void dropoutGradient(
            float[] dOutput, DropoutMask mask, float[] dInput, int from, int to) {
        IntVector low = IntVector.broadcast(INTS, mask.low());
        for (int i = from; i < to; i += V) {
            VectorMask<Float> lanes = FLOATS.indexInRange(i, to);
            IntVector index = IntVector.broadcast(INTS, i).addIndex(1);
            VectorMask<Float> kept = VectorMath.keeps(index, low, mask.high(), mask.threshold());
            FloatVector scaled = FloatVector.fromArray(FLOATS, dOutput, i, lanes).mul(mask.scale());
            FloatVector.fromArray(FLOATS, dInput, i, lanes)
                    .add(scaled, kept)
                    .intoArray(dInput, i, lanes);
        }
    }

    /// One AdamW update, see [AdamWStep].
    static void adamW(
            float[] p,
            float[] gradient,
            float gradientScale,
            float[] m,
            float[] v,
            AdamWStep step,
            int from,
            int to) {
        float beta1 = (float) step.beta1();
        float beta2 = (float) step.beta2();
        float rest1 = (float) (1 - step.beta1());
        float rest2 = (float) (1 - step.beta2());
        float decay = step.decay();
        float stepSize = step.stepSize();
        float correction = step.correction();
        float epsilon = (float) step.epsilon();
        for (int i = from; i < to; i++) {
            float g = gradient[i] * gradientScale;
            float first = m[i] * beta1 + rest1 * g;
            float second = v[i] * beta2 + rest2 * g * g;
            m[i] = first;
            v[i] = second;
            float root = (float) Math.sqrt(second) / correction + epsilon;
            p[i] = p[i] * decay - stepSize * (first / root);
        }
    }

    /// Sum of squares of one block.
    static double sumOfSquares(float[] x, int from, int to) {
        double a = 0;
        double b = 0;
        double c = 0;
        double d = 0;
        int i = from;
        for (; i <= to - 4; i += 4) {
            a += (double) x[i] * x[i];
            b += (double) x[i + 1] * x[i + 1];
            c += (double) x[i + 2] * x[i + 2];
            d += (double) x[i + 3] * x[i + 3];
        }
        for (; i < to; i++) {
            a += (double) x[i] * x[i];
        }
        return (a + b) + (c + d);
    }

    /// sums[c] += Σ x[n, c] over all rows in order, for columns `from` to `to`.
    static void columnSums(float[] x, int rows, int columns, float[] sums, int from, int to) {
        float[] own = new float[to - from];
        for (int n = 0; n < rows; n++) {
            int row = n * columns + from;
            for (int c = 0; c < own.length; c++) {
                own[c] += x[row + c];
            }
        }
        for (int c = from; c < to; c++) {
            sums[c] += own[c - from];
        }
    }
}
