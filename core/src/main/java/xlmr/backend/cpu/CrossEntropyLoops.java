package xlmr.backend.cpu;

import static xlmr.backend.cpu.Lanes.FLOATS;
import static xlmr.backend.cpu.Lanes.V;

import jdk.incubator.vector.FloatVector;

/// Plain cross-entropy over many classes: a vocabulary of a quarter of a million pieces. Few
/// classes, smoothing and class weights are [ScalarLosses]'s.
final class CrossEntropyLoops {
    /// From how many classes on vectors are worth their start.
    static final int MANY = 512;

    /// Vectors whose powers are added in float32 before they go to a sum in double precision: few,
    /// since the logarithm's error is one of every gradient.
    private static final int BLOCK = 8;

    private CrossEntropyLoops() {}

    /// log Σₖ e^x[row + k]
    static double logSumExp(float[] x, int row, int classes) {
        float max = max(x, row, classes);
        double sum = 0;
        int from = 0;
        float[] lanes = new float[V];
        for (; from <= classes - BLOCK * V; from += BLOCK * V) {
            powers(x, row + from, max).intoArray(lanes, 0);
            for (float lane : lanes) {
                sum += lane;
            }
        }
        for (; from < classes; from++) {
            sum += Math.exp(x[row + from] - max);
        }
        return max + Math.log(sum);
    }

    /// dx[k] += factor (p[k] - [k = label]), with p = e^(x - logarithm).
    static void gradient(
            float[] x,
            int row,
            int classes,
            int label,
            double logarithm,
            float factor,
            float[] dx) {
        // In two parts: the logarithm of large logits has more digits than a float holds.
        float high = (float) logarithm;
        float low = (float) (logarithm - high);
        float before = dx[row + label];
        int k = 0;
        for (; k <= classes - V; k += V) {
            FloatVector p =
                    VectorMath.exp(FloatVector.fromArray(FLOATS, x, row + k).sub(high).sub(low));
            p.mul(factor).add(FloatVector.fromArray(FLOATS, dx, row + k)).intoArray(dx, row + k);
        }
        for (; k < classes; k++) {
            dx[row + k] += (float) (factor * Math.exp(x[row + k] - logarithm));
        }
        double own = Math.exp(x[row + label] - logarithm);
        dx[row + label] = (float) (before + factor * (own - 1));
    }

    private static float max(float[] x, int row, int classes) {
        FloatVector largest = FloatVector.broadcast(FLOATS, Float.NEGATIVE_INFINITY);
        int k = 0;
        for (; k <= classes - V; k += V) {
            largest = largest.max(FloatVector.fromArray(FLOATS, x, row + k));
        }
        float max = Float.NEGATIVE_INFINITY;
        for (int lane = 0; lane < V; lane++) {
            max = Math.max(max, largest.lane(lane));
        }
        for (; k < classes; k++) {
            max = Math.max(max, x[row + k]);
        }
        return max;
    }

    /// The sums of the powers of a block, lane by lane.
    private static FloatVector powers(float[] x, int from, float max) {
        FloatVector sums = FloatVector.zero(FLOATS);
        for (int k = from; k < from + BLOCK * V; k += V) {
            sums = sums.add(VectorMath.exp(FloatVector.fromArray(FLOATS, x, k).sub(max)));
        }
        return sums;
    }
}
