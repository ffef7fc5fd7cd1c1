package xlmr.ptx.instructions;

import static java.lang.Float.floatToRawIntBits;
import static java.lang.Float.intBitsToFloat;

import xlmr.ptx.machine.Operation;

/// The operations that kernels do most, each with a loop of its own: calling a function for every
/// lane, as [Lanes] does, takes longer than the function.
final class HotLoops {
    private HotLoops() {}

    static Operation add(int to, int a, int b) {
        return (warp, lanes) -> {
            int[] r = warp.words;
            if (lanes == Operation.ALL) {
                for (int i = 0; i < 32; i++) {
                    r[to + i] = r[a + i] + r[b + i];
                }
                return;
            }
            for (int left = lanes; left != 0; left &= left - 1) {
                int i = Integer.numberOfTrailingZeros(left);
                r[to + i] = r[a + i] + r[b + i];
            }
        };
    }

    static Operation subtract(int to, int a, int b) {
        return (warp, lanes) -> {
            int[] r = warp.words;
            for (int left = lanes; left != 0; left &= left - 1) {
                int i = Integer.numberOfTrailingZeros(left);
                r[to + i] = r[a + i] - r[b + i];
            }
        };
    }

    static Operation multiply(int to, int a, int b) {
        return (warp, lanes) -> {
            int[] r = warp.words;
            for (int left = lanes; left != 0; left &= left - 1) {
                int i = Integer.numberOfTrailingZeros(left);
                r[to + i] = r[a + i] * r[b + i];
            }
        };
    }

    static Operation multiplyAdd(int to, int a, int b, int c) {
        return (warp, lanes) -> {
            int[] r = warp.words;
            for (int left = lanes; left != 0; left &= left - 1) {
                int i = Integer.numberOfTrailingZeros(left);
                r[to + i] = r[a + i] * r[b + i] + r[c + i];
            }
        };
    }

    static Operation and(int to, int a, int b) {
        return (warp, lanes) -> {
            int[] r = warp.words;
            for (int left = lanes; left != 0; left &= left - 1) {
                int i = Integer.numberOfTrailingZeros(left);
                r[to + i] = r[a + i] & r[b + i];
            }
        };
    }

    static Operation addWide(int to, int a, int b) {
        return (warp, lanes) -> {
            long[] r = warp.longs;
            for (int left = lanes; left != 0; left &= left - 1) {
                int i = Integer.numberOfTrailingZeros(left);
                r[to + i] = r[a + i] + r[b + i];
            }
        };
    }

    static Operation addFloats(int to, int a, int b) {
        return (warp, lanes) -> {
            int[] r = warp.words;
            if (lanes == Operation.ALL) {
                for (int i = 0; i < 32; i++) {
                    r[to + i] =
                            floatToRawIntBits(intBitsToFloat(r[a + i]) + intBitsToFloat(r[b + i]));
                }
                return;
            }
            for (int left = lanes; left != 0; left &= left - 1) {
                int i = Integer.numberOfTrailingZeros(left);
                r[to + i] = floatToRawIntBits(intBitsToFloat(r[a + i]) + intBitsToFloat(r[b + i]));
            }
        };
    }

    static Operation subtractFloats(int to, int a, int b) {
        return (warp, lanes) -> {
            int[] r = warp.words;
            if (lanes == Operation.ALL) {
                for (int i = 0; i < 32; i++) {
                    r[to + i] =
                            floatToRawIntBits(intBitsToFloat(r[a + i]) - intBitsToFloat(r[b + i]));
                }
                return;
            }
            for (int left = lanes; left != 0; left &= left - 1) {
                int i = Integer.numberOfTrailingZeros(left);
                r[to + i] = floatToRawIntBits(intBitsToFloat(r[a + i]) - intBitsToFloat(r[b + i]));
            }
        };
    }

    static Operation multiplyFloats(int to, int a, int b) {
        return (warp, lanes) -> {
            int[] r = warp.words;
            if (lanes == Operation.ALL) {
                for (int i = 0; i < 32; i++) {
                    r[to + i] =
                            floatToRawIntBits(intBitsToFloat(r[a + i]) * intBitsToFloat(r[b + i]));
                }
                return;
            }
            for (int left = lanes; left != 0; left &= left - 1) {
                int i = Integer.numberOfTrailingZeros(left);
                r[to + i] = floatToRawIntBits(intBitsToFloat(r[a + i]) * intBitsToFloat(r[b + i]));
            }
        };
    }

    static Operation fusedMultiplyAdd(int to, int a, int b, int c) {
        return (warp, lanes) -> {
            int[] r = warp.words;
            if (lanes == Operation.ALL) {
                for (int i = 0; i < 32; i++) {
                    r[to + i] = fused(r[a + i], r[b + i], r[c + i]);
                }
                return;
            }
            for (int left = lanes; left != 0; left &= left - 1) {
                int i = Integer.numberOfTrailingZeros(left);
                r[to + i] = fused(r[a + i], r[b + i], r[c + i]);
            }
        };
    }

    private static int fused(int a, int b, int c) {
        return floatToRawIntBits(Math.fma(intBitsToFloat(a), intBitsToFloat(b), intBitsToFloat(c)));
    }
}
