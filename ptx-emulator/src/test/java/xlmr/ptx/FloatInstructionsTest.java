package xlmr.ptx;

import static java.lang.Float.floatToRawIntBits;
import static java.lang.Float.intBitsToFloat;
import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;

/// Single precision against exact arithmetic, bit for bit; functions against double precision.
class FloatInstructionsTest {
    private interface Expected {
        float apply(float a, float b, float c);
    }

    private static final long[] A = Operands.floats(800, 1);
    private static final long[] B = Operands.shuffled(A, 2);
    private static final long[] C = Operands.shuffled(A, 3);

    @Test
    void sumsAndProductsAreRoundedInEveryDirection() {
        for (String mode : new String[] {"rn", "rz", "rm", "rp"}) {
            check("add." + mode + ".f32 d, a, b;", (a, b, c) -> exact(mode, a, 1, b, a + b));
            check("sub." + mode + ".f32 d, a, b;", (a, b, c) -> exact(mode, a, 1, -b, a - b));
            check("mul." + mode + ".f32 d, a, b;", (a, b, c) -> exact(mode, a, b, 0, a * b));
            check(
                    "fma." + mode + ".f32 d, a, b, c;",
                    (a, b, c) -> exact(mode, a, b, c, Math.fma(a, b, c)));
        }
    }

    /// `x y + z`, rounded once. Java's own result says what becomes of infinities, of what is no
    /// number, and of zeros.
    private static float exact(String mode, float x, float y, float z, float java) {
        if (!Float.isFinite(x) || !Float.isFinite(y) || !Float.isFinite(z)) {
            return java;
        }
        BigDecimal sum = new BigDecimal(x).multiply(new BigDecimal(y)).add(new BigDecimal(z));
        return sum.signum() == 0 ? 0 : Exact.toFloat(sum, mode);
    }

    @Test
    void smallNumbersAreFlushedWhereAskedFor() {
        check("add.ftz.f32 d, a, b;", (a, b, c) -> flush(flush(a) + flush(b)));
        check("mul.rn.ftz.f32 d, a, b;", (a, b, c) -> flush(flush(a) * flush(b)));
        check(
                "fma.rn.ftz.f32 d, a, b, c;",
                (a, b, c) -> flush(Math.fma(flush(a), flush(b), flush(c))));
        check("abs.ftz.f32 d, a;", (a, b, c) -> Math.abs(flush(a)));
        check("max.ftz.f32 d, a, b;", (a, b, c) -> max(flush(a), flush(b)));
    }

    private static float flush(float x) {
        return Math.abs(x) < Float.MIN_NORMAL ? Math.copySign(0, x) : x;
    }

    private static float max(float a, float b) {
        return Float.isNaN(a) ? b : Float.isNaN(b) ? a : Math.max(a, b);
    }

    @Test
    void saturationKeepsBetweenZeroAndOne() {
        check("add.sat.f32 d, a, b;", (a, b, c) -> saturate(a + b));
        check(
                "fma.rn.ftz.sat.f32 d, a, b, c;",
                (a, b, c) -> flush(saturate(Math.fma(flush(a), flush(b), flush(c)))));
    }

    private static float saturate(float x) {
        return Float.isNaN(x) || x <= 0 ? 0 : Math.min(x, 1);
    }

    @Test
    void divisionAndRootsAreRoundedToTheNearest() {
        check("div.rn.f32 d, a, b;", (a, b, c) -> a / b);
        check("div.full.ftz.f32 d, a, b;", (a, b, c) -> flush(flush(a) / flush(b)));
        check("rcp.rn.f32 d, a;", (a, b, c) -> 1 / a);
        check("sqrt.rn.f32 d, a;", (a, b, c) -> (float) Math.sqrt(a));
    }

    @Test
    void whatIsNotANumberLosesUnlessItIsAskedFor() {
        check("min.f32 d, a, b;", (a, b, c) -> -max(-a, -b));
        check("max.f32 d, a, b;", (a, b, c) -> max(a, b));
        check("max.NaN.f32 d, a, b;", (a, b, c) -> Math.max(a, b));
        check("min.NaN.f32 d, a, b;", (a, b, c) -> Math.min(a, b));
    }

    @Test
    void signsAreMoved() {
        check("neg.f32 d, a;", (a, b, c) -> -a);
        check("abs.f32 d, a;", (a, b, c) -> Math.abs(a));
        check(
                "copysign.f32 d, a, b;",
                (a, b, c) ->
                        intBitsToFloat(
                                floatToRawIntBits(a) & 0x80000000
                                        | floatToRawIntBits(b) & 0x7fffffff));
    }

    @Test
    void functionsAreOffByHalfAUnitAtMost() {
        function("ex2.approx.f32 d, a;", x -> Math.pow(2, x));
        function("lg2.approx.f32 d, a;", x -> Math.log(x) / Math.log(2));
        function("rcp.approx.f32 d, a;", x -> 1 / x);
        function("sqrt.approx.f32 d, a;", Math::sqrt);
        function("rsqrt.approx.f32 d, a;", x -> 1 / Math.sqrt(x));
        function("sin.approx.f32 d, a;", Math::sin);
        function("cos.approx.f32 d, a;", Math::cos);
        function("tanh.approx.f32 d, a;", Math::tanh);
    }

    private static void function(String instruction, DoubleUnaryOperator function) {
        long[] results = new OneInstruction(instruction, "f32", "f32").run(A);
        for (int i = 0; i < A.length; i++) {
            double expected = function.applyAsDouble(intBitsToFloat((int) A[i]));
            float found = intBitsToFloat((int) results[i]);
            if (Double.isNaN(expected)) {
                assertThat(found).as("%s of %x", instruction, A[i]).isNaN();
            } else if (Math.abs((float) expected) <= Float.MAX_VALUE) {
                assertThat((double) found)
                        .as("%s of %s", instruction, intBitsToFloat((int) A[i]))
                        .isCloseTo(
                                expected,
                                org.assertj.core.api.Assertions.within(
                                        0.5001 * Math.ulp((float) expected)));
            } else {
                assertThat(found).isEqualTo((float) expected);
            }
        }
    }

    @Test
    void propertiesAreTested() {
        check(
                "testp.finite.f32 p, a; selp.f32 d, 0f3F800000, 0f00000000, p;",
                (a, b, c) -> Float.isFinite(a) ? 1 : 0);
        check(
                "testp.subnormal.f32 p, a; selp.f32 d, 0f3F800000, 0f00000000, p;",
                (a, b, c) -> a != 0 && flush(a) == 0 ? 1 : 0);
        check(
                "testp.notanumber.f32 p, a; selp.f32 d, 0f3F800000, 0f00000000, p;",
                (a, b, c) -> Float.isNaN(a) ? 1 : 0);
    }

    @Test
    void doublesAreComputedAsJavaDoes() {
        long[] x = Operands.map(Operands.longs(500, 9), v -> Double.doubleToRawLongBits(v * 1e-17));
        long[] y = Operands.shuffled(x, 8);
        long[] fused = new OneInstruction("fma.rn.f64 d, a, b, a;", "f64", "f64", "f64").run(x, y);
        long[] quotient = new OneInstruction("div.rn.f64 d, a, b;", "f64", "f64", "f64").run(x, y);
        for (int i = 0; i < x.length; i++) {
            double a = Double.longBitsToDouble(x[i]);
            double b = Double.longBitsToDouble(y[i]);
            assertThat(Double.longBitsToDouble(fused[i])).isEqualTo(Math.fma(a, b, a));
            assertThat(Double.longBitsToDouble(quotient[i])).isEqualTo(a / b);
        }
    }

    private static void check(String lines, Expected expected) {
        long[] results = new OneInstruction(lines, "f32", "f32", "f32", "f32").run(A, B, C);
        for (int i = 0; i < results.length; i++) {
            float a = intBitsToFloat((int) A[i]);
            float b = intBitsToFloat((int) B[i]);
            float c = intBitsToFloat((int) C[i]);
            float wanted = expected.apply(a, b, c);
            float found = intBitsToFloat((int) results[i]);
            if (Float.isNaN(wanted)) {
                assertThat(found).as("%s with %s, %s, %s", lines, a, b, c).isNaN();
            } else if (wanted == 0 && found == 0) {
                continue;
            } else {
                assertThat(floatToRawIntBits(found))
                        .as("%s with %s, %s, %s: %s, not %s", lines, a, b, c, found, wanted)
                        .isEqualTo(floatToRawIntBits(wanted));
            }
        }
    }
}
