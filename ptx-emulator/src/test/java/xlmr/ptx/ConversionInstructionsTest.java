package xlmr.ptx;

import static java.lang.Float.intBitsToFloat;
import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import org.junit.jupiter.api.Test;

/// `cvt` between all kinds of types, against exact arithmetic.
class ConversionInstructionsTest {
    private static final long[] FLOATS = Operands.floats(600, 1);
    private static final long[] LONGS = Operands.longs(600, 2);
    private static final String[] MODES = {"rn", "rz", "rm", "rp"};

    @Test
    void floatsBecomeHalvesInEveryDirection() {
        for (String mode : MODES) {
            if (mode.equals("rn") || mode.equals("rz")) {
                narrow("cvt." + mode + ".bf16.f32 d, a;", "b16", mode, 8, -126, 127);
            }
            narrow("cvt." + mode + ".f16.f32 d, a;", "b16", mode, 11, -14, 15);
        }
        narrow("cvt.rna.tf32.f32 d, a;", "b32", "rna", 11, -126, 127);
        narrow("cvt.rn.tf32.f32 d, a;", "b32", "rn", 11, -126, 127);
    }

    private static void narrow(
            String instruction,
            String result,
            String mode,
            int precision,
            int smallest,
            int largest) {
        long[] results = new OneInstruction(instruction, result, "f32").run(FLOATS);
        for (int i = 0; i < FLOATS.length; i++) {
            float x = intBitsToFloat((int) FLOATS[i]);
            double found = decoded(results[i], result, precision);
            if (Float.isFinite(x)) {
                double wanted = Exact.round(new BigDecimal(x), mode, precision, smallest, largest);
                assertThat(found)
                        .as("%s of %s", instruction, x)
                        .isCloseTo(wanted, org.assertj.core.api.Assertions.within(0.0));
            } else if (Float.isNaN(x)) {
                assertThat(found).isNaN();
            } else {
                assertThat(found).isEqualTo(x);
            }
        }
    }

    private static double decoded(long bits, String type, int precision) {
        if (type.equals("b32")) {
            return intBitsToFloat((int) bits);
        }
        return precision == 11
                ? Float.float16ToFloat((short) bits)
                : intBitsToFloat((int) bits << 16);
    }

    @Test
    void twoFloatsArePackedWithTheFirstOnTop() {
        long[] others = Operands.shuffled(FLOATS, 3);
        for (String type : new String[] {"f16", "bf16"}) {
            long[] packed =
                    new OneInstruction("cvt.rn." + type + "x2.f32 d, a, b;", "b32", "f32", "f32")
                            .run(FLOATS, others);
            long[] high =
                    new OneInstruction("cvt.rn." + type + ".f32 d, a;", "b16", "f32").run(FLOATS);
            long[] low =
                    new OneInstruction("cvt.rn." + type + ".f32 d, a;", "b16", "f32").run(others);
            for (int i = 0; i < FLOATS.length; i++) {
                assertThat(packed[i]).isEqualTo(high[i] << 16 | low[i]);
            }
        }
    }

    @Test
    void allHalvesBecomeTheFloatsThatTheyAre() {
        long[] halves = java.util.stream.LongStream.range(0, 1 << 16).toArray();
        long[] fromHalf = new OneInstruction("cvt.f32.f16 d, a;", "f32", "b16").run(halves);
        long[] fromBrain = new OneInstruction("cvt.f32.bf16 d, a;", "f32", "b16").run(halves);
        for (int i = 0; i < halves.length; i++) {
            Float half = Float.float16ToFloat((short) i);
            Float brain = intBitsToFloat(i << 16);
            assertThat((Float) intBitsToFloat((int) fromHalf[i])).isEqualTo(half);
            assertThat((Float) intBitsToFloat((int) fromBrain[i])).isEqualTo(brain);
        }
    }

    @Test
    void floatsBecomeWholeNumbersWithinTheRange() {
        RoundingMode[] modes = {
            RoundingMode.HALF_EVEN, RoundingMode.DOWN, RoundingMode.FLOOR, RoundingMode.CEILING
        };
        for (int m = 0; m < modes.length; m++) {
            toWhole(
                    "cvt." + MODES[m] + "i.s32.f32 d, a;",
                    "b32",
                    modes[m],
                    Integer.MIN_VALUE,
                    Integer.MAX_VALUE);
            toWhole("cvt." + MODES[m] + "i.u32.f32 d, a;", "b32", modes[m], 0, 0xffffffffL);
            toWhole(
                    "cvt." + MODES[m] + "i.s64.f32 d, a;",
                    "b64",
                    modes[m],
                    Long.MIN_VALUE,
                    Long.MAX_VALUE);
        }
        toWhole(
                "cvt.rzi.s16.f32 d, a;",
                "b16",
                RoundingMode.DOWN,
                Short.MIN_VALUE,
                Short.MAX_VALUE);
    }

    private static void toWhole(
            String instruction, String result, RoundingMode mode, long least, long most) {
        long[] results = new OneInstruction(instruction, result, "f32").run(FLOATS);
        int bits = Integer.parseInt(result.substring(1));
        long kept = -1L >>> 64 - bits;
        for (int i = 0; i < FLOATS.length; i++) {
            float x = intBitsToFloat((int) FLOATS[i]);
            long wanted;
            if (Float.isNaN(x)) {
                wanted = bits == 64 ? Long.MIN_VALUE : 0;
            } else if (Float.isInfinite(x)) {
                wanted = x > 0 ? most : least;
            } else {
                BigInteger whole = new BigDecimal(x).setScale(0, mode).toBigInteger();
                wanted =
                        whole.max(BigInteger.valueOf(least))
                                .min(BigInteger.valueOf(most))
                                .longValue();
            }
            assertThat(results[i]).as("%s of %s", instruction, x).isEqualTo(wanted & kept);
        }
    }

    @Test
    void wholeNumbersBecomeFloatsInEveryDirection() {
        for (String mode : MODES) {
            long[] signed =
                    new OneInstruction("cvt." + mode + ".f32.s64 d, a;", "f32", "b64").run(LONGS);
            long[] unsigned =
                    new OneInstruction("cvt." + mode + ".f32.u64 d, a;", "f32", "b64").run(LONGS);
            long[] words =
                    new OneInstruction("cvt." + mode + ".f32.s32 d, a;", "f32", "b32").run(LONGS);
            for (int i = 0; i < LONGS.length; i++) {
                assertThat(intBitsToFloat((int) signed[i]))
                        .isEqualTo(Exact.toFloat(new BigDecimal(LONGS[i]), mode));
                assertThat(intBitsToFloat((int) unsigned[i]))
                        .isEqualTo(
                                Exact.toFloat(
                                        new BigDecimal(Long.toUnsignedString(LONGS[i])), mode));
                assertThat(intBitsToFloat((int) words[i]))
                        .isEqualTo(Exact.toFloat(new BigDecimal((int) LONGS[i]), mode));
            }
        }
    }

    @Test
    void wholeNumbersAreCutOffExtendedOrSaturated() {
        whole("cvt.s32.s16 d, a;", "b32", "b16", x -> (short) x);
        whole("cvt.u32.u16 d, a;", "b32", "b16", x -> x & 0xffff);
        whole("cvt.s64.s32 d, a;", "b64", "b32", x -> (int) x);
        whole("cvt.u64.u32 d, a;", "b64", "b32", x -> x & 0xffffffffL);
        whole("cvt.u16.u64 d, a;", "b16", "b64", x -> x & 0xffff);
        whole("cvt.s32.s8 d, a;", "b32", "b32", x -> (byte) x);
        whole("cvt.u32.u8 d, a;", "b32", "b32", x -> x & 0xff);
        whole("cvt.sat.s8.s64 d, a;", "b32", "b64", x -> Math.clamp(x, -128, 127));
        whole("cvt.sat.u8.s32 d, a;", "b32", "b32", x -> Math.clamp((int) x, 0, 255));
        whole("cvt.sat.s32.u32 d, a;", "b32", "b32", x -> Math.min(x & 0xffffffffL, 0x7fffffffL));
    }

    private static void whole(
            String instruction,
            String result,
            String type,
            java.util.function.LongUnaryOperator expected) {
        long[] results = new OneInstruction(instruction, result, type).run(LONGS);
        long kept = -1L >>> 64 - Integer.parseInt(result.substring(1));
        for (int i = 0; i < LONGS.length; i++) {
            assertThat(results[i])
                    .as("%s of %x", instruction, LONGS[i])
                    .isEqualTo(expected.applyAsLong(LONGS[i]) & kept);
        }
    }

    @Test
    void floatsAreRoundedToWholeFloatsFlushedAndSaturated() {
        floats("cvt.rni.f32.f32 d, a;", x -> (float) Math.rint(x));
        floats("cvt.rzi.f32.f32 d, a;", x -> (float) (x < 0 ? Math.ceil(x) : Math.floor(x)));
        floats("cvt.rmi.f32.f32 d, a;", x -> (float) Math.floor(x));
        floats("cvt.rpi.f32.f32 d, a;", x -> (float) Math.ceil(x));
        floats("cvt.sat.f32.f32 d, a;", x -> Float.isNaN(x) || x <= 0 ? 0 : Math.min(x, 1));
        floats("cvt.ftz.f32.f32 d, a;", x -> Math.abs(x) < Float.MIN_NORMAL ? 0 : x);
        floats(".reg .f64 u; cvt.f64.f32 u, a; cvt.rn.f32.f64 d, u;", x -> x);
    }

    private interface FloatFunction {
        float apply(float x);
    }

    private static void floats(String lines, FloatFunction expected) {
        long[] results = new OneInstruction(lines, "f32", "f32").run(FLOATS);
        for (int i = 0; i < FLOATS.length; i++) {
            float wanted = expected.apply(intBitsToFloat((int) FLOATS[i]));
            assertThat(Float.valueOf(intBitsToFloat((int) results[i]) + 0f))
                    .as("%s of %x", lines, FLOATS[i])
                    .isEqualTo(Float.valueOf(wanted + 0f));
        }
    }
}
