package xlmr.ptx;

import static java.lang.Float.intBitsToFloat;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/// Comparisons and choices.
class ComparisonInstructionsTest {
    private interface Expected {
        boolean apply(long a, long b);
    }

    private interface ExpectedOfFloats {
        boolean apply(float a, float b);
    }

    private static final long[] WORDS = Operands.words(400, 1);
    private static final long[] OTHERS = partly(WORDS);
    private static final long[] FLOATS = Operands.floats(400, 2);
    private static final long[] OTHER_FLOATS = partly(FLOATS);

    /// Every third value is the same as before.
    private static long[] partly(long[] values) {
        long[] result = Operands.shuffled(values, 3);
        for (int i = 0; i < result.length; i += 3) {
            result[i] = values[i];
        }
        return result;
    }

    @Test
    void wordsAreComparedWithAndWithoutSign() {
        words("eq.s32", (a, b) -> a == b);
        words("ne.b32", (a, b) -> a != b);
        words("lt.s32", (a, b) -> (int) a < (int) b);
        words("le.s32", (a, b) -> (int) a <= (int) b);
        words("gt.s32", (a, b) -> (int) a > (int) b);
        words("ge.s32", (a, b) -> (int) a >= (int) b);
        words("lt.u32", (a, b) -> a < b);
        words("ge.u32", (a, b) -> a >= b);
        words("lo.u32", (a, b) -> a < b);
        words("hs.u32", (a, b) -> a >= b);
        words("lt.s16", (a, b) -> (short) a < (short) b);
        words("gt.u16", (a, b) -> (a & 0xffff) > (b & 0xffff));
    }

    @Test
    void longsAreComparedWithAndWithoutSign() {
        long[] a = Operands.longs(300, 5);
        long[] b = partly(a);
        String lines =
                "setp.lt.s64 p, a, b; setp.le.u64 q, a, b; selp.b32 d, 1, 0, p; @q add.s32 d, d,"
                        + " 2;";
        long[] results = new OneInstruction(lines, "b32", "b64", "b64").run(a, b);
        for (int i = 0; i < a.length; i++) {
            long expected = (a[i] < b[i] ? 1 : 0) + (Long.compareUnsigned(a[i], b[i]) <= 0 ? 2 : 0);
            assertThat(results[i]).isEqualTo(expected);
        }
    }

    @Test
    void whatIsNotANumberIsInNoOrder() {
        floats("eq.f32", (a, b) -> a == b);
        floats("ne.f32", (a, b) -> a < b || a > b);
        floats("lt.f32", (a, b) -> a < b);
        floats("ge.f32", (a, b) -> a >= b);
        floats("equ.f32", (a, b) -> !(a < b) && !(a > b));
        floats("neu.f32", (a, b) -> a != b);
        floats("ltu.f32", (a, b) -> !(a >= b));
        floats("geu.f32", (a, b) -> !(a < b));
        floats("num.f32", (a, b) -> !Float.isNaN(a) && !Float.isNaN(b));
        floats("nan.f32", (a, b) -> Float.isNaN(a) || Float.isNaN(b));
    }

    @Test
    void smallFloatsAreEqualWhereTheyAreFlushed() {
        floats("eq.ftz.f32", (a, b) -> flush(a) == flush(b));
    }

    private static float flush(float x) {
        return Math.abs(x) < Float.MIN_NORMAL ? 0 : x;
    }

    @Test
    void aComparisonIsCombinedWithAPredicateAndGivesItsOpposite() {
        String lines =
                "setp.gt.u32 q, a, 1000; setp.lt.and.s32 p|q, a, b, !q; selp.b32 d, 1, 0, p; @q"
                        + " add.s32 d, d, 2;";
        long[] results = new OneInstruction(lines, "b32", "b32", "b32").run(WORDS, OTHERS);
        for (int i = 0; i < WORDS.length; i++) {
            boolean less = (int) WORDS[i] < (int) OTHERS[i];
            boolean given = WORDS[i] <= 1000;
            assertThat(results[i]).isEqualTo((less && given ? 1 : 0) + (!less && given ? 2 : 0));
        }
    }

    @Test
    void halvesAreComparedAsTheNumbersThatTheyAre() {
        long[] a = new java.util.Random(7).ints(3000, 0, 1 << 16).asLongStream().toArray();
        long[] b = partly(a);
        long[] results =
                new OneInstruction("setp.lt.f16 p, a, b; selp.b32 d, 1, 0, p;", "b32", "b16", "b16")
                        .run(a, b);
        long[] brains =
                new OneInstruction(
                                "setp.gt.bf16 p, a, b; selp.b32 d, 1, 0, p;", "b32", "b16", "b16")
                        .run(a, b);
        for (int i = 0; i < a.length; i++) {
            boolean less = Float.float16ToFloat((short) a[i]) < Float.float16ToFloat((short) b[i]);
            boolean greater = intBitsToFloat((int) a[i] << 16) > intBitsToFloat((int) b[i] << 16);
            assertThat(results[i]).isEqualTo(less ? 1 : 0);
            assertThat(brains[i]).isEqualTo(greater ? 1 : 0);
        }
    }

    @Test
    void aSetGivesOnesOrAFloat() {
        long[] ones =
                new OneInstruction("set.lt.u32.s32 d, a, b;", "b32", "b32", "b32")
                        .run(WORDS, OTHERS);
        long[] floats =
                new OneInstruction("set.lt.f32.s32 d, a, b;", "f32", "b32", "b32")
                        .run(WORDS, OTHERS);
        long[] chosen =
                new OneInstruction("slct.b32.s32 d, a, b, a;", "b32", "b32", "b32")
                        .run(WORDS, OTHERS);
        for (int i = 0; i < WORDS.length; i++) {
            boolean less = (int) WORDS[i] < (int) OTHERS[i];
            assertThat((int) ones[i]).isEqualTo(less ? -1 : 0);
            assertThat(intBitsToFloat((int) floats[i])).isEqualTo(less ? 1 : 0);
            assertThat(chosen[i]).isEqualTo((int) WORDS[i] >= 0 ? WORDS[i] : OTHERS[i]);
        }
    }

    private static void words(String comparison, Expected expected) {
        String type = comparison.endsWith("16") ? "b16" : "b32";
        String lines = "setp." + comparison + " p, a, b; selp.b32 d, 1, 0, p;";
        long[] results = new OneInstruction(lines, "b32", type, type).run(WORDS, OTHERS);
        for (int i = 0; i < WORDS.length; i++) {
            assertThat(results[i] == 1)
                    .as("%s of %x and %x", comparison, WORDS[i], OTHERS[i])
                    .isEqualTo(expected.apply(WORDS[i], OTHERS[i]));
        }
    }

    private static void floats(String comparison, ExpectedOfFloats expected) {
        String lines = "setp." + comparison + " p, a, b; selp.b32 d, 1, 0, p;";
        long[] results = new OneInstruction(lines, "b32", "f32", "f32").run(FLOATS, OTHER_FLOATS);
        for (int i = 0; i < FLOATS.length; i++) {
            float a = intBitsToFloat((int) FLOATS[i]);
            float b = intBitsToFloat((int) OTHER_FLOATS[i]);
            assertThat(results[i] == 1)
                    .as("%s of %s and %s", comparison, a, b)
                    .isEqualTo(expected.apply(a, b));
        }
    }
}
