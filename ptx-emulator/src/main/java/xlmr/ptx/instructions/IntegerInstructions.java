package xlmr.ptx.instructions;

import xlmr.ptx.machine.Step;
import xlmr.ptx.syntax.DataType;
import xlmr.ptx.syntax.Operand;

/// Arithmetic of whole numbers of 16, 32 and 64 bits.
final class IntegerInstructions {
    private IntegerInstructions() {}

    /// `add.type d, a, b` and the like.
    static Step binary(StepBuilder builder, DataType type) {
        String opcode = builder.instruction().opcode();
        builder.expectOperands(3);
        if (type.isWide()) {
            int to = builder.wideResult(builder.operand(0));
            int a = builder.wide(builder.operand(1));
            int b = builder.wide(builder.operand(2));
            return builder.compute(
                    opcode.equals("add")
                            ? HotLoops.addWide(to, a, b)
                            : Lanes.wides(to, a, b, wideFunction(builder, opcode, type)));
        }
        int to = builder.wordResult(builder.operand(0));
        if (type.bytes() == 2) {
            int a = builder.shortWord(builder.operand(1));
            int b = builder.shortWord(builder.operand(2));
            return builder.compute(Lanes.words(to, a, b, shortFunction(builder, opcode, type)));
        }
        int a = builder.word(builder.operand(1));
        int b = builder.word(builder.operand(2));
        return builder.compute(
                switch (opcode) {
                    case "add" -> HotLoops.add(to, a, b);
                    case "sub" -> HotLoops.subtract(to, a, b);
                    default -> Lanes.words(to, a, b, wordFunction(builder, opcode, type));
                });
    }

    /// `mul` and `mad` with `.lo`, `.hi` or `.wide`.
    static Step multiply(StepBuilder builder, DataType type) {
        boolean adds = builder.instruction().opcode().equals("mad");
        builder.expectOperands(adds ? 4 : 3);
        return switch (builder.modifiers().takeOne("lo", "hi", "wide")) {
            case "wide" -> multiplyWide(builder, type, adds);
            case "hi" -> multiplyHigh(builder, type, adds);
            default -> multiplyLow(builder, type, adds);
        };
    }

    private static Step multiplyLow(StepBuilder builder, DataType type, boolean adds) {
        if (type.isWide()) {
            int to = builder.wideResult(builder.operand(0));
            int a = builder.wide(builder.operand(1));
            int b = builder.wide(builder.operand(2));
            if (!adds) {
                return builder.compute(Lanes.wides(to, a, b, (x, y) -> x * y));
            }
            int c = builder.wide(builder.operand(3));
            return builder.compute(Lanes.wides(to, a, b, c, (x, y, z) -> x * y + z));
        }
        int to = builder.wordResult(builder.operand(0));
        int a = builder.word(builder.operand(1));
        int b = builder.word(builder.operand(2));
        int kept = type.bytes() == 2 ? 0xffff : -1;
        if (!adds) {
            return builder.compute(
                    type.bytes() == 2
                            ? Lanes.words(to, a, b, (x, y) -> x * y & kept)
                            : HotLoops.multiply(to, a, b));
        }
        int c = builder.word(builder.operand(3));
        return builder.compute(
                type.bytes() == 2
                        ? Lanes.words(to, a, b, c, (x, y, z) -> x * y + z & kept)
                        : HotLoops.multiplyAdd(to, a, b, c));
    }

    private static Step multiplyHigh(StepBuilder builder, DataType type, boolean adds) {
        boolean signed = type.isSigned();
        if (type.isWide()) {
            int to = builder.wideResult(builder.operand(0));
            int a = builder.wide(builder.operand(1));
            int b = builder.wide(builder.operand(2));
            Lanes.WideBinary high = signed ? Math::multiplyHigh : Math::unsignedMultiplyHigh;
            if (!adds) {
                return builder.compute(Lanes.wides(to, a, b, high));
            }
            int c = builder.wide(builder.operand(3));
            return builder.compute(Lanes.wides(to, a, b, c, (x, y, z) -> high.apply(x, y) + z));
        }
        int shift = 8 * type.bytes();
        int kept = type.bytes() == 2 ? 0xffff : -1;
        int to = builder.wordResult(builder.operand(0));
        int a = builder.word(builder.operand(1));
        int b = builder.word(builder.operand(2));
        Lanes.Binary high = (x, y) -> (int) (extend(x, type) * extend(y, type) >> shift) & kept;
        if (!adds) {
            return builder.compute(Lanes.words(to, a, b, high));
        }
        int c = builder.word(builder.operand(3));
        return builder.compute(Lanes.words(to, a, b, c, (x, y, z) -> high.apply(x, y) + z & kept));
    }

    private static Step multiplyWide(StepBuilder builder, DataType type, boolean adds) {
        if (type.bytes() == 2) {
            int to = builder.wordResult(builder.operand(0));
            int a = builder.shortWord(builder.operand(1));
            int b = builder.shortWord(builder.operand(2));
            if (!adds) {
                return builder.compute(
                        Lanes.words(to, a, b, (x, y) -> (int) (extend(x, type) * extend(y, type))));
            }
            int c = builder.word(builder.operand(3));
            return builder.compute(
                    Lanes.words(
                            to,
                            a,
                            b,
                            c,
                            (x, y, z) -> (int) (extend(x, type) * extend(y, type)) + z));
        }
        if (type.bytes() != 4) {
            throw builder.refusal(".wide is for 16 and 32 bits");
        }
        int to = builder.wideResult(builder.operand(0));
        int a = builder.word(builder.operand(1));
        int b = builder.word(builder.operand(2));
        boolean signed = type.isSigned();
        int c = adds ? builder.wide(builder.operand(3)) : -1;
        return builder.compute(
                (warp, lanes) -> {
                    int[] r = warp.words;
                    long[] q = warp.longs;
                    for (int left = lanes; left != 0; left &= left - 1) {
                        int lane = Integer.numberOfTrailingZeros(left);
                        long x = signed ? r[a + lane] : r[a + lane] & 0xffffffffL;
                        long y = signed ? r[b + lane] : r[b + lane] & 0xffffffffL;
                        q[to + lane] = c < 0 ? x * y : x * y + q[c + lane];
                    }
                });
    }

    /// `abs` and `neg`.
    static Step unary(StepBuilder builder, DataType type) {
        boolean negates = builder.instruction().opcode().equals("neg");
        builder.expectOperands(2);
        Operand source = builder.operand(1);
        if (type.isWide()) {
            int to = builder.wideResult(builder.operand(0));
            int a = builder.wide(source);
            return builder.compute(Lanes.wides(to, a, negates ? x -> -x : Math::abs));
        }
        int to = builder.wordResult(builder.operand(0));
        int a = builder.word(source);
        if (type.bytes() == 2) {
            return builder.compute(
                    Lanes.words(
                            to, a, negates ? x -> -x & 0xffff : x -> Math.abs((short) x) & 0xffff));
        }
        return builder.compute(Lanes.words(to, a, negates ? x -> -x : Math::abs));
    }

    /// `sad.type d, a, b, c`: |a - b| + c.
    static Step sumOfDifference(StepBuilder builder, DataType type) {
        builder.expectOperands(4);
        if (type.bytes() != 4) {
            throw builder.refusal("only 32 bits are known");
        }
        int to = builder.wordResult(builder.operand(0));
        int a = builder.word(builder.operand(1));
        int b = builder.word(builder.operand(2));
        int c = builder.word(builder.operand(3));
        return builder.compute(
                Lanes.words(
                        to,
                        a,
                        b,
                        c,
                        (x, y, z) -> (int) Math.abs(extend(x, type) - extend(y, type)) + z));
    }

    /// A word as the long that it stands for.
    static long extend(int word, DataType type) {
        return switch (type) {
            case S16 -> (short) word;
            case S32 -> word;
            case U16, B16 -> word & 0xffff;
            default -> word & 0xffffffffL;
        };
    }

    private static Lanes.Binary shortFunction(StepBuilder builder, String opcode, DataType type) {
        DataType extended = type.isSigned() ? DataType.S32 : DataType.U32;
        Lanes.Binary function =
                switch (opcode) {
                    case "add" -> Integer::sum;
                    case "sub" -> (x, y) -> x - y;
                    default -> wordFunction(builder, opcode, extended);
                };
        // Division by zero gives all ones in 16 bits as well as in 32.
        return (x, y) -> function.apply((int) extend(x, type), (int) extend(y, type)) & 0xffff;
    }

    private static Lanes.Binary wordFunction(StepBuilder builder, String opcode, DataType type) {
        boolean signed = type.isSigned();
        return switch (opcode) {
            case "min" -> signed ? Math::min : (x, y) -> Integer.compareUnsigned(x, y) < 0 ? x : y;
            case "max" -> signed ? Math::max : (x, y) -> Integer.compareUnsigned(x, y) > 0 ? x : y;
            case "div" ->
                    signed
                            ? (x, y) -> y == 0 ? -1 : x / y
                            : (x, y) -> y == 0 ? -1 : Integer.divideUnsigned(x, y);
            case "rem" ->
                    signed
                            ? (x, y) -> y == 0 ? x : x % y
                            : (x, y) -> y == 0 ? x : Integer.remainderUnsigned(x, y);
            default -> throw builder.refusal("not known for ." + type);
        };
    }

    private static Lanes.WideBinary wideFunction(
            StepBuilder builder, String opcode, DataType type) {
        boolean signed = type.isSigned();
        return switch (opcode) {
            case "sub" -> (x, y) -> x - y;
            case "min" -> signed ? Math::min : (x, y) -> Long.compareUnsigned(x, y) < 0 ? x : y;
            case "max" -> signed ? Math::max : (x, y) -> Long.compareUnsigned(x, y) > 0 ? x : y;
            case "div" ->
                    signed
                            ? (x, y) -> y == 0 ? -1 : x / y
                            : (x, y) -> y == 0 ? -1 : Long.divideUnsigned(x, y);
            case "rem" ->
                    signed
                            ? (x, y) -> y == 0 ? x : x % y
                            : (x, y) -> y == 0 ? x : Long.remainderUnsigned(x, y);
            default -> throw builder.refusal("not known for ." + type);
        };
    }
}
