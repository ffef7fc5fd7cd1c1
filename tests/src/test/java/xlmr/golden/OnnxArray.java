package xlmr.golden;

import java.util.Arrays;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;

/// An array of the interpreter: every type as doubles, which hold int64 ids and booleans exactly.
record OnnxArray(int[] shape, double[] values) {
    OnnxArray {
        assert values.length == product(shape, 0, shape.length) : Arrays.toString(shape);
    }

    static OnnxArray of(double[] values, int... shape) {
        return new OnnxArray(shape, values);
    }

    static int product(int[] sizes, int from, int to) {
        int product = 1;
        for (int axis = from; axis < to; axis++) {
            product *= sizes[axis];
        }
        return product;
    }

    int rank() {
        return shape.length;
    }

    OnnxArray map(DoubleUnaryOperator function) {
        return new OnnxArray(shape, Arrays.stream(values).map(function).toArray());
    }

    /// A function of two arrays, whose shapes are made equal from the last axis on.
    OnnxArray with(OnnxArray other, DoubleBinaryOperator function) {
        int[] joint = broadcast(shape, other.shape);
        OnnxArray left = spread(joint);
        OnnxArray right = other.spread(joint);
        double[] result = new double[left.values.length];
        for (int i = 0; i < result.length; i++) {
            result[i] = function.applyAsDouble(left.values[i], right.values[i]);
        }
        return new OnnxArray(joint, result);
    }

    /// The same elements repeated along the axes in which this one has the size 1, or none.
    OnnxArray spread(int... target) {
        double[] result = new double[product(target, 0, target.length)];
        for (int i = 0; i < result.length; i++) {
            int from = 0;
            int stride = 1;
            int rest = i;
            for (int axis = target.length - 1; axis >= 0; axis--) {
                int own = axis - (target.length - shape.length);
                if (own >= 0) {
                    from += shape[own] == 1 ? 0 : rest % target[axis] * stride;
                    stride *= shape[own];
                }
                rest /= target[axis];
            }
            result[i] = values[from];
        }
        return new OnnxArray(target, result);
    }

    static int[] broadcast(int[] left, int[] right) {
        int[] joint = new int[Math.max(left.length, right.length)];
        for (int back = 1; back <= joint.length; back++) {
            int a = back <= left.length ? left[left.length - back] : 1;
            int b = back <= right.length ? right[right.length - back] : 1;
            assert a == b || a == 1 || b == 1
                    : Arrays.toString(left) + " and " + Arrays.toString(right);
            joint[joint.length - back] = a == 1 ? b : a;
        }
        return joint;
    }
}
