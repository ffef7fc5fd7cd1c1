package xlmr.ptx;

import java.util.Random;
import java.util.function.LongUnaryOperator;
import java.util.stream.LongStream;

/// Operands for tests: the edges of a type, and values at random.
final class Operands {
    private static final long[] FLOAT_EDGES = {
        0x00000000L, 0x80000000L, 0x3f800000L, 0xbf800000L, 0x7f800000L, 0xff800000L, 0x7fc00000L,
        0x00000001L, 0x80000001L, 0x007fffffL, 0x00800000L, 0x7f7fffffL, 0xff7fffffL, 0x3f7fffffL,
        0x3f800001L, 0x4b000000L, 0x4b000001L, 0x4effffffL, 0x4f000000L, 0xcf000000L, 0x4f800000L,
        0x3f000000L, 0x3fc00000L, 0x40200000L, 0xbf000000L, 0x477fe000L, 0x477ff000L, 0x33800000L,
        0x33000000L, 0x33000001L, 0x387fc000L, 0x7f7f8000L
    };

    private Operands() {}

    /// Ints without sign: small ones, the edges, and `count` at random.
    static long[] words(int count, int seed) {
        Random random = new Random(seed);
        LongStream edges =
                LongStream.of(
                        0,
                        1,
                        2,
                        7,
                        31,
                        32,
                        33,
                        0x7fffffffL,
                        0x80000000L,
                        0xffffffffL,
                        0xffff8000L,
                        0x8000L);
        return LongStream.concat(edges, random.ints(count).mapToLong(x -> x & 0xffffffffL))
                .toArray();
    }

    /// Longs: the edges, and `count` at random.
    static long[] longs(int count, int seed) {
        LongStream edges =
                LongStream.of(
                        0,
                        1,
                        -1,
                        63,
                        64,
                        65,
                        Long.MAX_VALUE,
                        Long.MIN_VALUE,
                        0xffffffffL,
                        1L << 53 | 1,
                        -7);
        return LongStream.concat(edges, new Random(seed).longs(count)).toArray();
    }

    /// Bits of floats: the edges, and `count` at random over all exponents or around 1.
    static long[] floats(int count, int seed) {
        Random random = new Random(seed);
        LongStream any = random.ints(count).mapToLong(x -> x & 0xffffffffL);
        LongStream near =
                random.doubles(count)
                        .mapToLong(x -> Float.floatToRawIntBits((float) (8 * x - 4)) & 0xffffffffL);
        return LongStream.concat(LongStream.of(FLOAT_EDGES), LongStream.concat(any, near))
                .toArray();
    }

    /// Another order of the same values.
    static long[] shuffled(long[] values, int seed) {
        long[] result = values.clone();
        Random random = new Random(seed);
        for (int i = result.length - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            long swapped = result[i];
            result[i] = result[j];
            result[j] = swapped;
        }
        return result;
    }

    static long[] map(long[] values, LongUnaryOperator function) {
        return LongStream.of(values).map(function).toArray();
    }
}
