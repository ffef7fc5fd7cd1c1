package xlmr.ptx;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// f16 and bf16 against exact arithmetic, bit for bit.
class HalfInstructionsTest {
    private interface Expected {
        BigDecimal apply(BigDecimal a, BigDecimal b, BigDecimal c);
    }

    private static final int COUNT = 2000;
    private static final long[] A = halves(1);
    private static final long[] B = halves(2);
    private static final long[] C = halves(3);

    private static long[] halves(int seed) {
        return new Random(seed).ints(COUNT, 0, 1 << 16).asLongStream().toArray();
    }

    @Test
    void sumsProductsAndFusedProductsAreRoundedOnce() {
        for (String type : new String[] {"f16", "bf16"}) {
            check("add." + type + " d, a, b;", type, (a, b, c) -> a.add(b));
            check("sub." + type + " d, a, b;", type, (a, b, c) -> a.subtract(b));
            check("mul." + type + " d, a, b;", type, (a, b, c) -> a.multiply(b));
            check("fma.rn." + type + " d, a, b, c;", type, (a, b, c) -> a.multiply(b).add(c));
        }
    }

    @Test
    void pairsAreComputedHalfByHalf() {
        long[] a = pairs(A);
        long[] b = pairs(B);
        for (String type : new String[] {"f16", "bf16"}) {
            long[] packed =
                    new OneInstruction("mul." + type + "x2 d, a, b;", "b32", "b32", "b32")
                            .run(a, b);
            long[] single =
                    new OneInstruction("mul." + type + " d, a, b;", "b16", "b16", "b16").run(A, B);
            assertThat(packed).isEqualTo(pairs(single));
        }
    }

    /// Each value with the one that follows it, in the upper half.
    private static long[] pairs(long[] values) {
        long[] pairs = new long[values.length];
        for (int i = 0; i < pairs.length; i++) {
            pairs[i] = values[i] | values[(i + 1) % values.length] << 16;
        }
        return pairs;
    }

    @Test
    void extremesAndSignsAreExact() {
        for (String type : new String[] {"f16", "bf16"}) {
            long[] largest =
                    new OneInstruction("max." + type + " d, a, b;", "b16", "b16", "b16").run(A, B);
            long[] negated = new OneInstruction("neg." + type + " d, a;", "b16", "b16").run(A);
            long[] rectified =
                    new OneInstruction(
                                    "fma.rn.relu." + type + " d, a, b, c;",
                                    "b16",
                                    "b16",
                                    "b16",
                                    "b16")
                            .run(A, B, C);
            long[] plain =
                    new OneInstruction(
                                    "fma.rn." + type + " d, a, b, c;", "b16", "b16", "b16", "b16")
                            .run(A, B, C);
            for (int i = 0; i < COUNT; i++) {
                float a = value(type, A[i]);
                float b = value(type, B[i]);
                float expected = Float.isNaN(a) ? b : Float.isNaN(b) ? a : Math.max(a, b);
                assertThat((Float) value(type, largest[i])).isEqualTo((Float) expected);
                assertThat(negated[i]).isEqualTo(A[i] ^ 0x8000);
                float fused = value(type, plain[i]);
                assertThat((Float) value(type, rectified[i]))
                        .isEqualTo((Float) (fused <= 0 ? 0 : fused));
            }
        }
    }

    @Test
    void functionsAreRoundedFromDoublePrecision() {
        for (String type : new String[] {"f16", "bf16"}) {
            String power =
                    type.equals("f16") ? "ex2.approx.f16 d, a;" : "ex2.approx.ftz.bf16 d, a;";
            long[] powers = new OneInstruction(power, "b16", "b16").run(A);
            long[] tangents =
                    new OneInstruction("tanh.approx." + type + " d, a;", "b16", "b16").run(A);
            for (int i = 0; i < COUNT; i++) {
                float a = value(type, A[i]);
                if (!Float.isNaN(a)) {
                    near(type, powers[i], Math.pow(2, a));
                    near(type, tangents[i], Math.tanh(a));
                }
            }
        }
    }

    private static void near(String type, long bits, double expected) {
        double unit = type.equals("f16") ? 0x1p-11 : 0x1p-8;
        double smallest = type.equals("f16") ? 0x1p-25 : 0x1p-134;
        float found = value(type, bits);
        if (Float.isInfinite(found)) {
            assertThat(Math.abs(expected)).isGreaterThan(type.equals("f16") ? 65519 : 3.3e38);
        } else {
            assertThat((double) found)
                    .isCloseTo(
                            expected,
                            org.assertj.core.api.Assertions.within(
                                    Math.max(1.001 * unit * Math.abs(expected), smallest)));
        }
    }

    private static void check(String instruction, String type, Expected expected) {
        long[] results = new OneInstruction(instruction, "b16", "b16", "b16", "b16").run(A, B, C);
        int checked = 0;
        for (int i = 0; i < COUNT; i++) {
            float a = value(type, A[i]);
            float b = value(type, B[i]);
            float c = value(type, C[i]);
            if (!Float.isFinite(a) || !Float.isFinite(b) || !Float.isFinite(c)) {
                continue;
            }
            BigDecimal exact =
                    expected.apply(new BigDecimal(a), new BigDecimal(b), new BigDecimal(c));
            double wanted =
                    type.equals("f16")
                            ? Exact.round(exact, "rn", 11, -14, 15)
                            : Exact.round(exact, "rn", 8, -126, 127);
            assertThat((double) value(type, results[i]))
                    .as("%s with %s, %s, %s", instruction, a, b, c)
                    .isCloseTo(wanted, org.assertj.core.api.Assertions.within(0.0));
            checked++;
        }
        assertThat(checked).isGreaterThan(COUNT / 2);
    }

    private static float value(String type, long bits) {
        return type.equals("f16")
                ? Float.float16ToFloat((short) bits)
                : Float.intBitsToFloat((int) bits << 16);
    }
}
