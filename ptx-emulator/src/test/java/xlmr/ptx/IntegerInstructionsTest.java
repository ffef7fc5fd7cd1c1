package xlmr.ptx;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.util.function.LongBinaryOperator;
import org.junit.jupiter.api.Test;

/// Whole numbers against Java's own and against exact arithmetic.
class IntegerInstructionsTest {
    private static final long[] WORDS = Operands.words(500, 1);
    private static final long[] OTHERS = Operands.shuffled(WORDS, 2);
    private static final long[] LONGS = Operands.longs(500, 3);
    private static final long[] OTHER_LONGS = Operands.shuffled(LONGS, 4);

    @Test
    void wordsAreAddedSubtractedAndMultipliedModulo32Bits() {
        words("add.s32 d, a, b;", (x, y) -> x + y);
        words("sub.u32 d, a, b;", (x, y) -> x - y);
        words("mul.lo.s32 d, a, b;", (x, y) -> x * y);
        words("mul.hi.s32 d, a, b;", (x, y) -> (long) (int) x * (int) y >> 32);
        words("mul.hi.u32 d, a, b;", (x, y) -> x * y >>> 32);
        words("mad.lo.u32 d, a, b, a;", (x, y) -> x * y + x);
        words("mad.hi.s32 d, a, b, b;", (x, y) -> ((long) (int) x * (int) y >> 32) + y);
        words("sad.s32 d, a, b, a;", (x, y) -> Math.abs((long) (int) x - (int) y) + x);
    }

    @Test
    void extremesFollowTheSign() {
        words("min.s32 d, a, b;", (x, y) -> Math.min((int) x, (int) y));
        words("max.s32 d, a, b;", (x, y) -> Math.max((int) x, (int) y));
        words("min.u32 d, a, b;", Math::min);
        words("max.u32 d, a, b;", Math::max);
    }

    @Test
    void divisionRoundsTowardsZeroAndByZeroGivesOnes() {
        words("div.s32 d, a, b;", (x, y) -> y == 0 ? -1 : (int) x / (int) y);
        words("div.u32 d, a, b;", (x, y) -> y == 0 ? -1 : x / y);
        words("rem.s32 d, a, b;", (x, y) -> y == 0 ? x : (int) x % (int) y);
        words("rem.u32 d, a, b;", (x, y) -> y == 0 ? x : x % y);
    }

    @Test
    void signsAreTakenOffAndTurned() {
        words("abs.s32 d, a;", (x, y) -> Math.abs((int) x));
        words("neg.s32 d, a;", (x, y) -> -x);
    }

    @Test
    void shortsWrapAt16Bits() {
        shorts("add.s16 d, a, b;", (x, y) -> x + y);
        shorts("sub.u16 d, a, b;", (x, y) -> x - y);
        shorts("mul.lo.s16 d, a, b;", (x, y) -> x * y);
        shorts("mul.hi.u16 d, a, b;", (x, y) -> (x & 0xffff) * (y & 0xffff) >> 16);
        shorts("mul.hi.s16 d, a, b;", (x, y) -> (short) x * (short) y >> 16);
        shorts("mad.lo.s16 d, a, b, a;", (x, y) -> x * y + x);
        shorts("min.s16 d, a, b;", (x, y) -> Math.min((short) x, (short) y));
        shorts("max.u16 d, a, b;", (x, y) -> Math.max(x & 0xffff, y & 0xffff));
        shorts("div.u16 d, a, b;", (x, y) -> (y & 0xffff) == 0 ? -1 : (x & 0xffff) / (y & 0xffff));
        shorts("neg.s16 d, a;", (x, y) -> -x);
        shorts("abs.s16 d, a;", (x, y) -> Math.abs((short) x));
    }

    @Test
    void wideProductsAreExact() {
        long[] signed =
                new OneInstruction("mul.wide.s32 d, a, b;", "b64", "b32", "b32").run(WORDS, OTHERS);
        long[] unsigned =
                new OneInstruction("mul.wide.u32 d, a, b;", "b64", "b32", "b32").run(WORDS, OTHERS);
        long[] summed =
                new OneInstruction(
                                "mul.wide.u32 d, b, b; mad.wide.s32 d, a, b, d;",
                                "b64",
                                "b32",
                                "b32")
                        .run(WORDS, OTHERS);
        for (int i = 0; i < WORDS.length; i++) {
            assertThat(signed[i]).isEqualTo((long) (int) WORDS[i] * (int) OTHERS[i]);
            assertThat(unsigned[i]).isEqualTo(WORDS[i] * OTHERS[i]);
            assertThat(summed[i])
                    .isEqualTo((long) (int) WORDS[i] * (int) OTHERS[i] + OTHERS[i] * OTHERS[i]);
        }
        long[] fromShorts =
                new OneInstruction("mul.wide.s16 d, a, b;", "b32", "b16", "b16").run(WORDS, OTHERS);
        for (int i = 0; i < WORDS.length; i++) {
            assertThat((int) fromShorts[i]).isEqualTo((short) WORDS[i] * (short) OTHERS[i]);
        }
    }

    @Test
    void longsAreComputedModulo64Bits() {
        longs("add.s64 d, a, b;", (x, y) -> x + y);
        longs("sub.s64 d, a, b;", (x, y) -> x - y);
        longs("mul.lo.s64 d, a, b;", (x, y) -> x * y);
        longs("mad.lo.s64 d, a, b, a;", (x, y) -> x * y + x);
        longs(
                "mul.hi.u64 d, a, b;",
                (x, y) -> unsigned(x).multiply(unsigned(y)).shiftRight(64).longValue());
        longs(
                "mul.hi.s64 d, a, b;",
                (x, y) ->
                        BigInteger.valueOf(x)
                                .multiply(BigInteger.valueOf(y))
                                .shiftRight(64)
                                .longValue());
        longs("div.s64 d, a, b;", (x, y) -> y == 0 ? -1 : x / y);
        longs("rem.u64 d, a, b;", (x, y) -> y == 0 ? x : Long.remainderUnsigned(x, y));
        longs("min.u64 d, a, b;", (x, y) -> Long.compareUnsigned(x, y) < 0 ? x : y);
        longs("max.s64 d, a, b;", Math::max);
        longs("neg.s64 d, a;", (x, y) -> -x);
    }

    private static BigInteger unsigned(long x) {
        return new BigInteger(Long.toUnsignedString(x));
    }

    private static void words(String instruction, LongBinaryOperator expected) {
        long[] results = new OneInstruction(instruction, "b32", "b32", "b32").run(WORDS, OTHERS);
        for (int i = 0; i < results.length; i++) {
            assertThat((int) results[i])
                    .as("%s with %x and %x", instruction, WORDS[i], OTHERS[i])
                    .isEqualTo((int) expected.applyAsLong(WORDS[i], OTHERS[i]));
        }
    }

    private static void shorts(String instruction, LongBinaryOperator expected) {
        long[] results = new OneInstruction(instruction, "b16", "b16", "b16").run(WORDS, OTHERS);
        for (int i = 0; i < results.length; i++) {
            assertThat(results[i])
                    .as("%s with %x and %x", instruction, WORDS[i], OTHERS[i])
                    .isEqualTo(expected.applyAsLong(WORDS[i], OTHERS[i]) & 0xffff);
        }
    }

    private static void longs(String instruction, LongBinaryOperator expected) {
        long[] results =
                new OneInstruction(instruction, "b64", "b64", "b64").run(LONGS, OTHER_LONGS);
        for (int i = 0; i < results.length; i++) {
            assertThat(results[i])
                    .as("%s with %x and %x", instruction, LONGS[i], OTHER_LONGS[i])
                    .isEqualTo(expected.applyAsLong(LONGS[i], OTHER_LONGS[i]));
        }
    }
}
