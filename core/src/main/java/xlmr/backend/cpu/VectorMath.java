package xlmr.backend.cpu;

import static xlmr.backend.cpu.Lanes.FLOATS;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/// Elementary functions by lane, of our own polynomials (weighted least squares towards the
/// minimax), so that every processor and width computes the same bits. Errors are below 2 units in
/// the last place.
final class VectorMath {
    private static final float LOG2_E = 1.44269504f;
    // ln 2 in two parts: the first has few bits, so its multiples are exact.
    private static final float LN2_HIGH = 0.693359375f;
    private static final float LN2_LOW = -2.12194440e-4f;
    // Adding 1.5 · 2²³ leaves the nearest integer in the low bits of the significand.
    private static final float ROUND = 12582912f;
    private static final float EXP_LOWEST = -87.3f;
    private static final float EXP_HIGHEST = 88.37f;

    private VectorMath() {}

    /// eˣ; 0 below e⁻⁸⁷·³, and no more than e⁸⁸·³⁷. x = n ln 2 + r, and eʳ = 1 + r + r² p(r).
    static FloatVector exp(FloatVector x) {
        FloatVector shifted = x.min(EXP_HIGHEST).max(EXP_LOWEST).mul(LOG2_E).add(ROUND);
        FloatVector n = shifted.sub(ROUND);
        FloatVector r = n.fma(vector(-LN2_HIGH), x.min(EXP_HIGHEST).max(EXP_LOWEST));
        r = n.fma(vector(-LN2_LOW), r);
        FloatVector p = vector(1.395060030e-03f);
        p = p.fma(r, vector(8.368953708e-03f));
        p = p.fma(r, vector(4.166620417e-02f));
        p = p.fma(r, vector(1.666651830e-01f));
        p = p.fma(r, vector(5.000000096e-01f));
        p = p.fma(r.mul(r), r).add(1);
        IntVector power = shifted.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23);
        FloatVector result = p.reinterpretAsInts().add(power).reinterpretAsFloats();
        return result.blend(FloatVector.zero(FLOATS), x.lt(EXP_LOWEST));
    }

    /// tanh x: x + x³ p(x²) up to 0.625, then 1 - 2 / (e²ˣ + 1).
    static FloatVector tanh(FloatVector x) {
        FloatVector size = x.abs();
        FloatVector u = x.mul(x);
        FloatVector p = vector(-5.717036562e-03f);
        p = p.fma(u, vector(2.065057900e-02f));
        p = p.fma(u, vector(-5.374349526e-02f));
        p = p.fma(u, vector(1.333149125e-01f));
        p = p.fma(u, vector(-3.333328392e-01f));
        FloatVector small = p.fma(u.mul(size), size);
        FloatVector large = vector(1).sub(vector(2).div(exp(size.add(size)).add(1)));
        return withSign(large.blend(small, size.lt(0.625f)), x);
    }

    /// The error function: x p(x²) up to 0.95, then 1 - exp(q(x)).
    static FloatVector erf(FloatVector x) {
        FloatVector size = x.abs().min(4);
        FloatVector u = size.mul(size);
        FloatVector p = vector(7.889119533e-05f);
        p = p.fma(u, vector(-8.020841280e-04f));
        p = p.fma(u, vector(5.189535339e-03f));
        p = p.fma(u, vector(-2.685444459e-02f));
        p = p.fma(u, vector(1.128360018e-01f));
        p = p.fma(u, vector(-3.761262714e-01f));
        p = p.fma(u, vector(1.128379166e+00f));
        FloatVector q = vector(1.971826223e-04f);
        q = q.fma(size, vector(-3.055615697e-03f));
        q = q.fma(size, vector(2.227711705e-02f));
        q = q.fma(size, vector(-1.040374170e-01f));
        q = q.fma(size, vector(-6.370596927e-01f));
        q = q.fma(size, vector(-1.127749596e+00f));
        q = q.fma(size, vector(-1.774872441e-04f));
        FloatVector large = vector(1).sub(exp(q));
        return withSign(large.blend(p.mul(size), size.lt(0.95f)), x);
    }

    /// 1 / (1 + e⁻ˣ).
    static FloatVector sigmoid(FloatVector x) {
        return vector(1).div(exp(x.neg()).add(1));
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

    private static FloatVector withSign(FloatVector size, FloatVector sign) {
        IntVector bit = sign.reinterpretAsInts().and(0x80000000);
        return size.reinterpretAsInts().or(bit).reinterpretAsFloats();
    }

    private static FloatVector vector(float value) {
        return FloatVector.broadcast(FLOATS, value);
    }
}
