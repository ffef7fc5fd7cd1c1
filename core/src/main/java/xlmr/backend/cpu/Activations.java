package xlmr.backend.cpu;

import static xlmr.backend.cpu.Lanes.FLOATS;
import static xlmr.backend.cpu.Lanes.V;

import jdk.incubator.vector.FloatVector;
import xlmr.backend.Activation;

/// Element-wise functions and their derivatives. One loop for each, so that each compiles to
/// straight vector code.
final class Activations {
    private static final float QUICK_GELU_FACTOR = 1.702f;

    private static final float ROOT_HALF = 0.70710678f;

    /// 1 / √(2π).
    private static final float DENSITY = 0.39894228f;

    /// √(2/π).
    private static final float TANH_SCALE = 0.79788456f;

    private static final float TANH_CUBE = 0.044715f;

    private Activations() {}

    /// y = f(x) for elements `from` to `to`.
    static void apply(Activation function, float[] x, float[] y, int from, int to) {
        int whole = to - (to - from) % V;
        applyVectors(function, x, y, from, whole);
        if (whole < to) {
            float[] rest = rest(x, whole, to);
            applyVectors(function, rest, rest, 0, V);
            System.arraycopy(rest, 0, y, whole, to - whole);
        }
    }

    /// dx += dy f'(x) for elements `from` to `to`.
    static void gradient(Activation function, float[] x, float[] dy, float[] dx, int from, int to) {
        int whole = to - (to - from) % V;
        gradientVectors(function, x, dy, dx, from, whole);
        if (whole < to) {
            float[] rest = rest(dx, whole, to);
            gradientVectors(function, rest(x, whole, to), rest(dy, whole, to), rest, 0, V);
            System.arraycopy(rest, 0, dx, whole, to - whole);
        }
    }

    private static float[] rest(float[] x, int from, int to) {
        float[] rest = new float[V];
        System.arraycopy(x, from, rest, 0, to - from);
        return rest;
    }

    private static void applyVectors(Activation function, float[] x, float[] y, int from, int to) {
        switch (function) {
            case GELU -> gelu(x, y, from, to);
            case GELU_TANH -> geluTanh(x, y, from, to);
            case RELU -> relu(x, y, from, to);
            case SILU -> swish(1, x, y, from, to);
            case QUICK_GELU -> swish(QUICK_GELU_FACTOR, x, y, from, to);
            case TANH -> tanh(x, y, from, to);
            case SIGMOID -> sigmoid(x, y, from, to);
        }
    }

    private static void gradientVectors(
            Activation function, float[] x, float[] dy, float[] dx, int from, int to) {
        switch (function) {
            case GELU -> geluGradient(x, dy, dx, from, to);
            case GELU_TANH -> geluTanhGradient(x, dy, dx, from, to);
            case RELU -> reluGradient(x, dy, dx, from, to);
            case SILU -> swishGradient(1, x, dy, dx, from, to);
            case QUICK_GELU -> swishGradient(QUICK_GELU_FACTOR, x, dy, dx, from, to);
            case TANH -> tanhGradient(x, dy, dx, from, to);
            case SIGMOID -> sigmoidGradient(x, dy, dx, from, to);
        }
    }

    private static void gelu(float[] x, float[] y, int from, int to) {
        for (int i = from; i < to; i += V) {
            gelu(FloatVector.fromArray(FLOATS, x, i)).intoArray(y, i);
        }
    }

    private static void geluGradient(float[] x, float[] dy, float[] dx, int from, int to) {
        for (int i = from; i < to; i += V) {
            geluSlope(FloatVector.fromArray(FLOATS, x, i))
                    .fma(FloatVector.fromArray(FLOATS, dy, i), FloatVector.fromArray(FLOATS, dx, i))
                    .intoArray(dx, i);
        }
    }

    private static void geluTanh(float[] x, float[] y, int from, int to) {
        for (int i = from; i < to; i += V) {
            geluTanh(FloatVector.fromArray(FLOATS, x, i)).intoArray(y, i);
        }
    }

    private static void geluTanhGradient(float[] x, float[] dy, float[] dx, int from, int to) {
        for (int i = from; i < to; i += V) {
            geluTanhSlope(FloatVector.fromArray(FLOATS, x, i))
                    .fma(FloatVector.fromArray(FLOATS, dy, i), FloatVector.fromArray(FLOATS, dx, i))
                    .intoArray(dx, i);
        }
    }

    private static void swish(float factor, float[] x, float[] y, int from, int to) {
        for (int i = from; i < to; i += V) {
            swish(factor, FloatVector.fromArray(FLOATS, x, i)).intoArray(y, i);
        }
    }

    private static void swishGradient(
            float factor, float[] x, float[] dy, float[] dx, int from, int to) {
        for (int i = from; i < to; i += V) {
            swishSlope(factor, FloatVector.fromArray(FLOATS, x, i))
                    .fma(FloatVector.fromArray(FLOATS, dy, i), FloatVector.fromArray(FLOATS, dx, i))
                    .intoArray(dx, i);
        }
    }

    private static void tanh(float[] x, float[] y, int from, int to) {
        for (int i = from; i < to; i += V) {
            VectorMath.tanh(FloatVector.fromArray(FLOATS, x, i)).intoArray(y, i);
        }
    }

    private static void tanhGradient(float[] x, float[] dy, float[] dx, int from, int to) {
        for (int i = from; i < to; i += V) {
            tanhSlope(FloatVector.fromArray(FLOATS, x, i))
                    .fma(FloatVector.fromArray(FLOATS, dy, i), FloatVector.fromArray(FLOATS, dx, i))
                    .intoArray(dx, i);
        }
    }

    private static void sigmoid(float[] x, float[] y, int from, int to) {
        for (int i = from; i < to; i += V) {
            VectorMath.sigmoid(FloatVector.fromArray(FLOATS, x, i)).intoArray(y, i);
        }
    }

    private static void sigmoidGradient(float[] x, float[] dy, float[] dx, int from, int to) {
        for (int i = from; i < to; i += V) {
            sigmoidSlope(FloatVector.fromArray(FLOATS, x, i))
                    .fma(FloatVector.fromArray(FLOATS, dy, i), FloatVector.fromArray(FLOATS, dx, i))
                    .intoArray(dx, i);
        }
    }

    private static void relu(float[] x, float[] y, int from, int to) {
        for (int i = from; i < to; i++) {
            y[i] = Math.max(x[i], 0);
        }
    }

    private static void reluGradient(float[] x, float[] dy, float[] dx, int from, int to) {
        for (int i = from; i < to; i++) {
            dx[i] += x[i] > 0 ? dy[i] : 0;
        }
    }

    /// x Φ(x) with Φ(x) = (1 + erf(x / √2)) / 2.
    private static FloatVector gelu(FloatVector x) {
        FloatVector z = x.mul(ROOT_HALF);
        return x.mul(0.5f).mul(VectorMath.erf(z, VectorMath.exp(z.mul(z).neg())).add(1));
    }

    /// Φ(x) + x φ(x), φ the normal density.
    private static FloatVector geluSlope(FloatVector x) {
        FloatVector z = x.mul(ROOT_HALF);
        FloatVector gauss = VectorMath.exp(z.mul(z).neg());
        FloatVector cumulative = VectorMath.erf(z, gauss).add(1).mul(0.5f);
        return gauss.mul(DENSITY).fma(x, cumulative);
    }

    private static FloatVector geluTanh(FloatVector x) {
        return x.mul(0.5f).mul(VectorMath.tanh(inner(x)).add(1));
    }

    /// With t = tanh(u(x)): (1 + t) / 2 + x (1 - t²) u'(x) / 2.
    private static FloatVector geluTanhSlope(FloatVector argument) {
        // beyond, the slope is 0 or 1 to the last bit, and its powers would overflow
        FloatVector x = argument.max(-20).min(20);
        FloatVector t = VectorMath.tanh(inner(x));
        FloatVector slope = x.mul(x).mul(3 * TANH_CUBE).add(1).mul(TANH_SCALE);
        FloatVector bent = t.mul(t).neg().add(1).mul(slope).mul(x);
        return t.add(1).add(bent).mul(0.5f);
    }

    /// u(x) = √(2/π) (x + 0.044715 x³).
    private static FloatVector inner(FloatVector x) {
        return x.mul(x).mul(TANH_CUBE).add(1).mul(x).mul(TANH_SCALE);
    }

    private static FloatVector swish(float factor, FloatVector x) {
        return x.mul(VectorMath.sigmoid(x.mul(factor)));
    }

    /// σ (1 + a x (1 - σ)), with σ = σ(a x).
    private static FloatVector swishSlope(float factor, FloatVector x) {
        FloatVector scaled = x.mul(factor).max(-100).min(100); // infinity times 0 is not a number
        FloatVector s = VectorMath.sigmoid(scaled);
        return s.neg().add(1).mul(scaled).add(1).mul(s);
    }

    private static FloatVector tanhSlope(FloatVector x) {
        FloatVector t = VectorMath.tanh(x);
        return t.mul(t).neg().add(1);
    }

    private static FloatVector sigmoidSlope(FloatVector x) {
        FloatVector s = VectorMath.sigmoid(x);
        return s.neg().add(1).mul(s);
    }
}
