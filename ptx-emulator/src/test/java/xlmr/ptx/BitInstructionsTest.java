package xlmr.ptx;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import org.junit.jupiter.api.Test;

/// Logic, shifts, fields and permutations.
class BitInstructionsTest {
    private interface Expected {
        long apply(long a, long b, long c);
    }

    private static final long[] A = Operands.words(600, 1);
    private static final long[] B = Operands.shuffled(A, 2);
    private static final long[] C = Operands.shuffled(A, 3);
    private static final long[] LONGS = Operands.longs(600, 4);
    private static final long[] SMALL = Operands.map(Operands.longs(600, 5), x -> x & 0x7f);
    private static final long[] SMALLER = Operands.map(Operands.shuffled(A, 5), x -> x & 0x3f);

    @Test
    void logicWorksOnEveryBit() {
        words("and.b32 d, a, b;", (a, b, c) -> a & b);
        words("or.b32 d, a, b;", (a, b, c) -> a | b);
        words("xor.b32 d, a, b;", (a, b, c) -> a ^ b);
        words("not.b32 d, a;", (a, b, c) -> ~a);
        words("cnot.b32 d, a;", (a, b, c) -> a == 0 ? 1 : 0);
        words("lop3.b32 d, a, b, c, 0xE8;", (a, b, c) -> a & b | a & c | b & c);
        // Entries 0, 2, 3 and 4 of the table.
        words(
                "lop3.b32 d, a, b, c, 0x1D;",
                (a, b, c) -> ~a & ~b & ~c | ~a & b & ~c | ~a & b & c | a & ~b & ~c);
        words("lop3.b32 d, a, b, c, 0x96;", (a, b, c) -> a ^ b ^ c);
    }

    @Test
    void predicatesAreCombinedAndNegated() {
        String tests = "setp.lt.u32 p, a, b; setp.lt.u32 q, b, c;\n";
        words(
                tests + "and.pred p, p, q; selp.b32 d, 1, 0, p;",
                (a, b, c) -> a < b && b < c ? 1 : 0);
        words(tests + "or.pred p, p, q; selp.b32 d, 1, 0, p;", (a, b, c) -> a < b || b < c ? 1 : 0);
        words(
                tests + "xor.pred p, p, q; not.pred p, p; selp.b32 d, 1, 0, p;",
                (a, b, c) -> a < b == b < c ? 1 : 0);
    }

    @Test
    void shiftsByMoreThanTheWidthLeaveNothingButTheSign() {
        words("shl.b32 d, a, b;", (a, b, c) -> b > 31 ? 0 : a << b);
        words("shr.u32 d, a, b;", (a, b, c) -> b > 31 ? 0 : a >>> b);
        words("shr.s32 d, a, b;", (a, b, c) -> (int) a >> Math.min(b, 31));
        long[] by = Operands.map(LONGS, x -> x & 0xff);
        long[] left = new OneInstruction("shl.b64 d, a, b;", "b64", "b64", "b32").run(LONGS, by);
        long[] right = new OneInstruction("shr.s64 d, a, b;", "b64", "b64", "b32").run(LONGS, by);
        for (int i = 0; i < LONGS.length; i++) {
            assertThat(left[i]).isEqualTo(by[i] > 63 ? 0 : LONGS[i] << by[i]);
            assertThat(right[i]).isEqualTo(LONGS[i] >> Math.min(by[i], 63));
        }
    }

    @Test
    void aFunnelShiftsTwoWords() {
        words("shf.l.wrap.b32 d, a, b, c;", (a, b, c) -> (b << 32 | a) << (c & 31) >>> 32);
        words("shf.r.wrap.b32 d, a, b, c;", (a, b, c) -> (b << 32 | a) >>> (c & 31));
        words("shf.l.clamp.b32 d, a, b, c;", (a, b, c) -> (b << 32 | a) << Math.min(c, 32) >>> 32);
        words("shf.r.clamp.b32 d, a, b, c;", (a, b, c) -> (b << 32 | a) >>> Math.min(c, 32));
    }

    @Test
    void bitsAreCountedAndFound() {
        words("popc.b32 d, a;", (a, b, c) -> Long.bitCount(a));
        words("clz.b32 d, a;", (a, b, c) -> Integer.numberOfLeadingZeros((int) a));
        words("brev.b32 d, a;", (a, b, c) -> Integer.reverse((int) a));
        words("bfind.u32 d, a;", (a, b, c) -> 31 - Integer.numberOfLeadingZeros((int) a));
        words(
                "bfind.s32 d, a;",
                (a, b, c) -> 31 - Integer.numberOfLeadingZeros((int) a < 0 ? ~(int) a : (int) a));
        words(
                "bfind.shiftamt.u32 d, a;",
                (a, b, c) -> a == 0 ? -1 : Integer.numberOfLeadingZeros((int) a));
    }

    @Test
    void fieldsAreTakenOut() {
        long[] unsigned =
                new OneInstruction("bfe.u32 d, a, b, c;", "b32", "b32", "b32", "b32")
                        .run(A, SMALLER, C);
        long[] signed =
                new OneInstruction("bfe.s32 d, a, b, c;", "b32", "b32", "b32", "b32")
                        .run(A, SMALLER, SMALLER);
        for (int i = 0; i < A.length; i++) {
            assertThat((int) unsigned[i])
                    .isEqualTo((int) field(A[i], SMALLER[i], C[i] & 0xff, 32, false));
            assertThat((int) signed[i])
                    .isEqualTo((int) field((int) A[i], SMALLER[i], SMALLER[i], 32, true));
        }
        long[] wide =
                new OneInstruction("bfe.s64 d, a, b, c;", "b64", "b64", "b32", "b32")
                        .run(LONGS, SMALL, SMALL);
        for (int i = 0; i < LONGS.length; i++) {
            assertThat(wide[i]).isEqualTo(field(LONGS[i], SMALL[i], SMALL[i], 64, true));
        }
    }

    /// Bit for bit, as the PTX manual writes it down.
    private static long field(long value, long start, long length, int width, boolean signed) {
        int top = (int) Math.min(start + length - 1, width - 1);
        boolean sign = signed && length > 0 && (value >>> Math.min(top, 63) & 1) != 0;
        long result = 0;
        for (int i = 0; i < width; i++) {
            boolean bit = i < length && i + start < width ? (value >>> i + start & 1) != 0 : sign;
            result |= bit ? 1L << i : 0;
        }
        return result;
    }

    @Test
    void fieldsArePutIn() {
        long[] results =
                new OneInstruction("bfi.b32 d, a, b, c, e;", "b32", "b32", "b32", "b32", "b32")
                        .run(A, B, SMALLER, SMALLER);
        for (int i = 0; i < A.length; i++) {
            BigInteger field = BigInteger.ONE.shiftLeft((int) SMALLER[i]).subtract(BigInteger.ONE);
            BigInteger mask = field.shiftLeft((int) SMALLER[i]);
            int moved = BigInteger.valueOf(A[i]).and(field).shiftLeft((int) SMALLER[i]).intValue();
            assertThat((int) results[i]).isEqualTo((int) B[i] & ~mask.intValue() | moved);
        }
    }

    @Test
    void bytesArePermuted() {
        words(
                "prmt.b32 d, a, b, c;",
                (a, b, c) -> {
                    long both = b << 32 | a;
                    long result = 0;
                    for (int i = 0; i < 4; i++) {
                        long selector = c >>> 4 * i & 15;
                        long chosen = both >>> 8 * (selector & 7) & 0xff;
                        result |= ((selector & 8) == 0 ? chosen : chosen > 127 ? 0xff : 0) << 8 * i;
                    }
                    return result;
                });
    }

    @Test
    void longsArePackedAndUnpacked() {
        long[] swapped =
                new OneInstruction(
                                ".reg .b32 u, v; mov.b64 {u, v}, a; mov.b64 d, {v, u};",
                                "b64",
                                "b64")
                        .run(LONGS);
        for (int i = 0; i < LONGS.length; i++) {
            assertThat(swapped[i]).isEqualTo(Long.rotateLeft(LONGS[i], 32));
        }
        words(
                ".reg .b16 u, v; mov.b32 {u, v}, a; mov.b32 d, {v, u};",
                (a, b, c) -> Integer.rotateLeft((int) a, 16));
    }

    private static void words(String lines, Expected expected) {
        long[] results = new OneInstruction(lines, "b32", "b32", "b32", "b32").run(A, B, C);
        for (int i = 0; i < results.length; i++) {
            assertThat((int) results[i])
                    .as("%s with %x, %x, %x", lines, A[i], B[i], C[i])
                    .isEqualTo((int) expected.apply(A[i], B[i], C[i]));
        }
    }
}
