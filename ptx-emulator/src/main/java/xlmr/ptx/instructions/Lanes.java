package xlmr.ptx.instructions;

import xlmr.ptx.machine.Operation;

/// Operations that do the same in every lane, made from a function of one lane.
///
/// Operands are places in the registers of a warp, as [StepBuilder] gives them.
final class Lanes {
    /// A function of a word.
    interface Unary {
        int apply(int a);
    }

    /// A function of two words.
    interface Binary {
        int apply(int a, int b);
    }

    /// A function of three words.
    interface Ternary {
        int apply(int a, int b, int c);
    }

    /// A function of a long.
    interface WideUnary {
        long apply(long a);
    }

    /// A function of two longs.
    interface WideBinary {
        long apply(long a, long b);
    }

    /// A function of three longs.
    interface WideTernary {
        long apply(long a, long b, long c);
    }

    private Lanes() {}

    static Operation words(int to, int a, Unary function) {
        return (warp, lanes) -> {
            int[] r = warp.words;
            for (int left = lanes; left != 0; left &= left - 1) {
                int lane = Integer.numberOfTrailingZeros(left);
                r[to + lane] = function.apply(r[a + lane]);
            }
        };
    }

    static Operation words(int to, int a, int b, Binary function) {
        return (warp, lanes) -> {
            int[] r = warp.words;
            for (int left = lanes; left != 0; left &= left - 1) {
                int lane = Integer.numberOfTrailingZeros(left);
                r[to + lane] = function.apply(r[a + lane], r[b + lane]);
            }
        };
    }

    static Operation words(int to, int a, int b, int c, Ternary function) {
        return (warp, lanes) -> {
            int[] r = warp.words;
            for (int left = lanes; left != 0; left &= left - 1) {
                int lane = Integer.numberOfTrailingZeros(left);
                r[to + lane] = function.apply(r[a + lane], r[b + lane], r[c + lane]);
            }
        };
    }

    static Operation wides(int to, int a, WideUnary function) {
        return (warp, lanes) -> {
            long[] r = warp.longs;
            for (int left = lanes; left != 0; left &= left - 1) {
                int lane = Integer.numberOfTrailingZeros(left);
                r[to + lane] = function.apply(r[a + lane]);
            }
        };
    }

    static Operation wides(int to, int a, int b, WideBinary function) {
        return (warp, lanes) -> {
            long[] r = warp.longs;
            for (int left = lanes; left != 0; left &= left - 1) {
                int lane = Integer.numberOfTrailingZeros(left);
                r[to + lane] = function.apply(r[a + lane], r[b + lane]);
            }
        };
    }

    static Operation wides(int to, int a, int b, int c, WideTernary function) {
        return (warp, lanes) -> {
            long[] r = warp.longs;
            for (int left = lanes; left != 0; left &= left - 1) {
                int lane = Integer.numberOfTrailingZeros(left);
                r[to + lane] = function.apply(r[a + lane], r[b + lane], r[c + lane]);
            }
        };
    }
}
