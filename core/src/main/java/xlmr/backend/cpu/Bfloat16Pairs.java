package xlmr.backend.cpu;

/// Numbers rounded to bfloat16, two in the place of a float, see
/// [xlmr.backend.Backend#packBfloat16]. The halves of the input lie over one another, and not its
/// neighbours, so that the compiler vectorizes these loops.
final class Bfloat16Pairs {
    private static final int UPPER = 0xFFFF0000;

    private Bfloat16Pairs() {}

    /// The places that `count` numbers take.
    static int places(int count) {
        return (count + 1) / 2;
    }

    /// packed[i] = input[i], input[i + places], for i in `from..to`.
    static void pack(float[] input, int count, float[] packed, int from, int to) {
        int places = places(count);
        int pairs = Math.min(to, count - places);
        for (int i = from; i < pairs; i++) {
            int upper = rounded(input[i]) & UPPER;
            int lower = rounded(input[i + places]) >>> 16;
            packed[i] = Float.intBitsToFloat(upper | lower);
        }
        for (int i = Math.max(from, pairs); i < to; i++) {
            packed[i] = Float.intBitsToFloat(rounded(input[i]) & UPPER);
        }
    }

    /// output[i], output[i + places] = packed[i], for i in `from..to`.
    static void unpack(float[] packed, float[] output, int count, int from, int to) {
        int places = places(count);
        for (int i = from; i < to; i++) {
            output[i] = Float.intBitsToFloat(Float.floatToRawIntBits(packed[i]) & UPPER);
        }
        for (int i = from; i < Math.min(to, count - places); i++) {
            output[i + places] = Float.intBitsToFloat(Float.floatToRawIntBits(packed[i]) << 16);
        }
    }

    /// The nearest number whose lower 16 bits are 0, once they are cut off.
    private static int rounded(float value) {
        int bits = Float.floatToRawIntBits(value);
        return bits + 0x7FFF + (bits >>> 16 & 1);
    }
}
