package xlmr.backend.cpu;

import static xlmr.backend.cpu.Lanes.FLOATS;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/// Elementary functions by lane, of our own polynomials (weighted least squares towards the
/// minimax), so that every processor and width computes the same bits. Errors are below 2 units in
/// the last place. Only operations of the Vector API are called: those the compiler always inlines,
/// our own only while its budget lasts, and where it ends vectors are boxed.
final class VectorMath {
    private static final float LOG2_E = 1.44269504f;
    // ln 2 in two parts: the first has few bits, so its multiples are exact.
    private static final float MINUS_LN2_HIGH = -0.693359375f;
    private static final float MINUS_LN2_LOW = 2.12194440e-4f;
    // Adding 1.5 · 2²³ leaves the nearest integer in the low bits of the significand.
    private static final float ROUND = 12582912f;
    private static final float EXP_LOWEST = -87.3f;
    private static final float EXP_HIGHEST = 88.37f;

    private static final float ONE = 1f;
    private static final float TWO = 2f;
    private static final int SIGN = 0x80000000;

    // Coefficients of the polynomials, that of the lowest power first.
    private static final float EXP_P0 = 5.000000096e-01f;
    private static final float EXP_P1 = 1.666651830e-01f;
    private static final float EXP_P2 = 4.166620417e-02f;
    private static final float EXP_P3 = 8.368953708e-03f;
    private static final float EXP_P4 = 1.395060030e-03f;
    private static final float TANH_P0 = -3.333328392e-01f;
    private static final float TANH_P1 = 1.333149125e-01f;
    private static final float TANH_P2 = -5.374349526e-02f;
    private static final float TANH_P3 = 2.065057900e-02f;
    private static final float TANH_P4 = -5.717036562e-03f;
    private static final float ERF_P0 = 1.128379166e+00f;
    private static final float ERF_P1 = -3.761262714e-01f;
    private static final float ERF_P2 = 1.128360018e-01f;
    private static final float ERF_P3 = -2.685444459e-02f;
    private static final float ERF_P4 = 5.189535339e-03f;
    private static final float ERF_P5 = -8.020841280e-04f;
    private static final float ERF_P6 = 7.889119533e-05f;
    private static final float ERF_Q0 = 9.892194023e-01f;
    private static final float ERF_Q1 = -1.062227607e+00f;
    private static final float ERF_Q2 = 8.192766653e-01f;
    private static final float ERF_Q3 = -4.593066469e-01f;
    private static final float ERF_Q4 = 1.809278856e-01f;
    private static final float ERF_Q5 = -4.698876372e-02f;
    private static final float ERF_Q6 = 7.165679557e-03f;
    private static final float ERF_Q7 = -4.830553669e-04f;

    private VectorMath() {}

    /// eˣ; 0 below e⁻⁸⁷·³, and no more than e⁸⁸·³⁷. x = n ln 2 + r, and eʳ = 1 + r + r² p(r).
    static FloatVector exp(FloatVector x) {
        FloatVector bounded = x.min(EXP_HIGHEST);
        FloatVector shifted =
                bounded.fma(
                        FloatVector.broadcast(FLOATS, LOG2_E),
                        FloatVector.broadcast(FLOATS, ROUND));
        FloatVector n = shifted.sub(ROUND);
        FloatVector r = n.fma(FloatVector.broadcast(FLOATS, MINUS_LN2_HIGH), bounded);
        r = n.fma(FloatVector.broadcast(FLOATS, MINUS_LN2_LOW), r);
        FloatVector p = FloatVector.broadcast(FLOATS, EXP_P4);
        p = p.fma(r, FloatVector.broadcast(FLOATS, EXP_P3));
        p = p.fma(r, FloatVector.broadcast(FLOATS, EXP_P2));
        p = p.fma(r, FloatVector.broadcast(FLOATS, EXP_P1));
        p = p.fma(r, FloatVector.broadcast(FLOATS, EXP_P0));
        p = p.fma(r.mul(r), r).add(1);
        IntVector power = shifted.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23);
        FloatVector result = p.reinterpretAsInts().add(power).reinterpretAsFloats();
        return result.blend(0, x.lt(EXP_LOWEST));
    }

    /// tanh x: x + x³ p(x²) up to 0.625, then 1 - 2 / (e²ˣ + 1).
    static FloatVector tanh(FloatVector x) {
        FloatVector size = x.abs();
        FloatVector u = x.mul(x);
        FloatVector p = FloatVector.broadcast(FLOATS, TANH_P4);
        p = p.fma(u, FloatVector.broadcast(FLOATS, TANH_P3));
        p = p.fma(u, FloatVector.broadcast(FLOATS, TANH_P2));
        p = p.fma(u, FloatVector.broadcast(FLOATS, TANH_P1));
        p = p.fma(u, FloatVector.broadcast(FLOATS, TANH_P0));
        FloatVector small = p.fma(u.mul(size), size);
        FloatVector large =
                FloatVector.broadcast(FLOATS, ONE)
                        .sub(FloatVector.broadcast(FLOATS, TWO).div(exp(size.add(size)).add(1)));
        FloatVector result = large.blend(small, size.lt(0.625f));
        IntVector sign = x.reinterpretAsInts().and(SIGN);
        return result.reinterpretAsInts().or(sign).reinterpretAsFloats();
    }

    /// The error function, given e^(-x²): x p(x²) up to 0.95, then 1 - e^(-x²) q(x).
    static FloatVector erf(FloatVector x, FloatVector gauss) {
        FloatVector size = x.abs().min(4);
        FloatVector u = size.mul(size);
        FloatVector p = FloatVector.broadcast(FLOATS, ERF_P6);
        p = p.fma(u, FloatVector.broadcast(FLOATS, ERF_P5));
        p = p.fma(u, FloatVector.broadcast(FLOATS, ERF_P4));
        p = p.fma(u, FloatVector.broadcast(FLOATS, ERF_P3));
        p = p.fma(u, FloatVector.broadcast(FLOATS, ERF_P2));
        p = p.fma(u, FloatVector.broadcast(FLOATS, ERF_P1));
        p = p.fma(u, FloatVector.broadcast(FLOATS, ERF_P0));
        FloatVector q = FloatVector.broadcast(FLOATS, ERF_Q7);
        q = q.fma(size, FloatVector.broadcast(FLOATS, ERF_Q6));
        q = q.fma(size, FloatVector.broadcast(FLOATS, ERF_Q5));
        q = q.fma(size, FloatVector.broadcast(FLOATS, ERF_Q4));
        q = q.fma(size, FloatVector.broadcast(FLOATS, ERF_Q3));
        q = q.fma(size, FloatVector.broadcast(FLOATS, ERF_Q2));
        q = q.fma(size, FloatVector.broadcast(FLOATS, ERF_Q1));
        q = q.fma(size, FloatVector.broadcast(FLOATS, ERF_Q0));
        FloatVector large = FloatVector.broadcast(FLOATS, ONE).sub(gauss.mul(q));
        FloatVector result = large.blend(p.mul(size), size.lt(0.95f));
        IntVector sign = x.reinterpretAsInts().and(SIGN);
        return result.reinterpretAsInts().or(sign).reinterpretAsFloats();
    }

    /// 1 / (1 + e⁻ˣ).
    static FloatVector sigmoid(FloatVector x) {
        return FloatVector.broadcast(FLOATS, ONE).div(exp(x.neg()).add(1));
    }

    /// The lanes that a dropout of key (low, high) keeps: [xlmr.backend.DropoutMask#keeps].
    static VectorMask<Float> keeps(IntVector index, IntVector low, int high, int threshold) {
        IntVector h = index.mul(0x9E3779B9).add(low);
        h = h.lanewise(VectorOperators.XOR, h.lanewise(VectorOperators.LSHR, 16)).mul(0x7FEB352D);
        h = h.lanewise(VectorOperators.XOR, h.lanewise(VectorOperators.LSHR, 15)).add(high);
        h = h.mul(0x846CA68B);
        h = h.lanewise(VectorOperators.XOR, h.lanewise(VectorOperators.LSHR, 16));
        // 24 bits are left: the signed comparison is the unsigned one.
        h = h.lanewise(VectorOperators.LSHR, 8);
        return h.compare(VectorOperators.GE, threshold).cast(FLOATS);
    }
}
