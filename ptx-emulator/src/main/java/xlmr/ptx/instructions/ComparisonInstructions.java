package xlmr.ptx.instructions;

import java.util.Optional;
import java.util.Set;
import xlmr.ptx.machine.Operation;
import xlmr.ptx.machine.Step;
import xlmr.ptx.machine.Warp;
import xlmr.ptx.syntax.DataType;
import xlmr.ptx.syntax.Operand;

/// `setp`, `set`, `selp` and `slct`.
final class ComparisonInstructions {
    private static final String[] COMPARISONS = {
        "eq", "ne", "lt", "le", "gt", "ge", "lo", "ls", "hi", "hs", "equ", "neu", "ltu", "leu",
        "gtu", "geu", "num", "nan"
    };

    private static final Set<String> FLOAT_ONLY =
            Set.of("equ", "neu", "ltu", "leu", "gtu", "geu", "num", "nan");

    /// A comparison of a lane.
    private interface Test {
        boolean holds(Warp warp, int lane);
    }

    private ComparisonInstructions() {}

    /// `setp.compare{.combine}.type p{|q}, a, b{, {!}c}`.
    static Step setPredicate(StepBuilder builder, DataType type) {
        Modifiers modifiers = builder.modifiers();
        String comparison = modifiers.takeOne(COMPARISONS);
        Optional<String> combination = modifiers.takeAny("and", "or", "xor");
        builder.expectOperands(combination.isPresent() ? 4 : 3);
        Operand results = builder.operand(0);
        boolean isPair = results instanceof Operand.Pair;
        Operand first = results instanceof Operand.Pair(Operand p, Operand q) ? p : results;
        if (type == DataType.F16X2 || type == DataType.BF16X2) {
            return setPacked(builder, type, comparison, combination);
        }
        Test test = test(builder, comparison, type, builder.operand(1), builder.operand(2));
        int other = combination.isPresent() ? builder.flag(builder.operand(3)) : -1;
        int flip = combination.isPresent() ? StepBuilder.flip(builder.operand(3)) : 0;
        String combines = combination.orElse("");
        int to = builder.flagResult(first);
        int opposite = isPair ? builder.flagResult(((Operand.Pair) results).second()) : -1;
        return builder.compute(
                (warp, lanes) -> {
                    int holds = holding(test, warp, lanes);
                    int[] p = warp.predicates;
                    int given = other < 0 ? 0 : p[other] ^ flip;
                    p[to] = p[to] & ~lanes | combined(combines, holds, given) & lanes;
                    if (opposite >= 0) {
                        int value = combined(combines, ~holds, given);
                        p[opposite] = p[opposite] & ~lanes | value & lanes;
                    }
                });
    }

    private static int holding(Test test, Warp warp, int lanes) {
        int holds = 0;
        for (int left = lanes; left != 0; left &= left - 1) {
            int lane = Integer.numberOfTrailingZeros(left);
            if (test.holds(warp, lane)) {
                holds |= 1 << lane;
            }
        }
        return holds;
    }

    private static int combined(String combination, int holds, int given) {
        return switch (combination) {
            case "and" -> holds & given;
            case "or" -> holds | given;
            case "xor" -> holds ^ given;
            default -> holds;
        };
    }

    /// Two halves at once: the first predicate is of the lower ones, the second of the upper.
    private static Step setPacked(
            StepBuilder builder, DataType type, String comparison, Optional<String> combination) {
        if (!(builder.operand(0) instanceof Operand.Pair(Operand low, Operand high))
                || combination.isPresent()) {
            throw builder.refusal("two predicates and no combination are expected");
        }
        builder.modifiers().take("ftz");
        HalfFormat format = HalfFormat.of(type);
        int a = builder.word(builder.operand(1));
        int b = builder.word(builder.operand(2));
        int toLow = builder.flagResult(low);
        int toHigh = builder.flagResult(high);
        Test lower =
                (warp, lane) ->
                        compare(
                                comparison,
                                format.toFloat(warp.words[a + lane] & 0xffff),
                                format.toFloat(warp.words[b + lane] & 0xffff));
        Test upper =
                (warp, lane) ->
                        compare(
                                comparison,
                                format.toFloat(warp.words[a + lane] >>> 16),
                                format.toFloat(warp.words[b + lane] >>> 16));
        return builder.compute(
                (warp, lanes) -> {
                    int[] p = warp.predicates;
                    p[toLow] = p[toLow] & ~lanes | holding(lower, warp, lanes);
                    p[toHigh] = p[toHigh] & ~lanes | holding(upper, warp, lanes);
                });
    }

    /// `set.compare{.combine}.dtype.stype d, a, b{, c}`: all ones or 1.0 where it holds.
    static Step set(StepBuilder builder, DataType type) {
        Modifiers modifiers = builder.modifiers();
        DataType result = modifiers.takeType();
        String comparison = modifiers.takeOne(COMPARISONS);
        builder.expectOperands(3);
        if (result != DataType.F32 && (!result.isInteger() || result.bytes() != 4)) {
            throw builder.refusal("a result of ." + result + " is not known");
        }
        int to = builder.wordResult(builder.operand(0));
        Test test = test(builder, comparison, type, builder.operand(1), builder.operand(2));
        int yes = result == DataType.F32 ? Float.floatToRawIntBits(1) : -1;
        return builder.compute(
                (warp, lanes) -> {
                    int holds = holding(test, warp, lanes);
                    for (int left = lanes; left != 0; left &= left - 1) {
                        int lane = Integer.numberOfTrailingZeros(left);
                        warp.words[to + lane] = (holds >>> lane & 1) != 0 ? yes : 0;
                    }
                });
    }

    private static Test test(
            StepBuilder builder, String comparison, DataType type, Operand left, Operand right) {
        if (type.isInteger() && FLOAT_ONLY.contains(comparison)) {
            throw builder.refusal("." + comparison + " compares no whole numbers");
        }
        if (type.isInteger() && type.isWide()) {
            int a = builder.wide(left);
            int b = builder.wide(right);
            boolean signed = isSigned(comparison, type);
            return (warp, lane) -> {
                long x = warp.longs[a + lane];
                long y = warp.longs[b + lane];
                return decide(comparison, signed ? Long.compare(x, y) : Long.compareUnsigned(x, y));
            };
        }
        if (type.isInteger()) {
            return testWords(builder, comparison, type, left, right);
        }
        return testFloats(builder, comparison, type, left, right);
    }

    private static Test testWords(
            StepBuilder builder, String comparison, DataType type, Operand left, Operand right) {
        if (type.bytes() == 2) {
            int a = builder.shortWord(left);
            int b = builder.shortWord(right);
            DataType read = isSigned(comparison, type) ? DataType.S16 : DataType.U16;
            return (warp, lane) ->
                    decide(
                            comparison,
                            Long.compare(
                                    IntegerInstructions.extend(warp.words[a + lane], read),
                                    IntegerInstructions.extend(warp.words[b + lane], read)));
        }
        int a = builder.word(left);
        int b = builder.word(right);
        if (!isSigned(comparison, type)) {
            return (warp, lane) ->
                    decide(
                            comparison,
                            Integer.compareUnsigned(warp.words[a + lane], warp.words[b + lane]));
        }
        return switch (comparison) {
            case "eq" -> (warp, lane) -> warp.words[a + lane] == warp.words[b + lane];
            case "ne" -> (warp, lane) -> warp.words[a + lane] != warp.words[b + lane];
            case "lt" -> (warp, lane) -> warp.words[a + lane] < warp.words[b + lane];
            case "ge" -> (warp, lane) -> warp.words[a + lane] >= warp.words[b + lane];
            default ->
                    (warp, lane) ->
                            decide(
                                    comparison,
                                    Integer.compare(warp.words[a + lane], warp.words[b + lane]));
        };
    }

    private static Test testFloats(
            StepBuilder builder, String comparison, DataType type, Operand left, Operand right) {
        boolean flushes = builder.modifiers().take("ftz");
        if (type == DataType.F64) {
            int a = builder.wide(left);
            int b = builder.wide(right);
            return (warp, lane) ->
                    compare(
                            comparison,
                            Double.longBitsToDouble(warp.longs[a + lane]),
                            Double.longBitsToDouble(warp.longs[b + lane]));
        }
        int a = builder.word(left);
        int b = builder.word(right);
        if (type == DataType.F32) {
            return (warp, lane) -> {
                int x = warp.words[a + lane];
                int y = warp.words[b + lane];
                return compare(
                        comparison,
                        Float.intBitsToFloat(flushes ? FloatInstructions.flush(x) : x),
                        Float.intBitsToFloat(flushes ? FloatInstructions.flush(y) : y));
            };
        }
        if (type != DataType.F16 && type != DataType.BF16) {
            throw builder.refusal("the type ." + type + " is not known here");
        }
        HalfFormat format = HalfFormat.of(type);
        return (warp, lane) ->
                compare(
                        comparison,
                        format.toFloat(warp.words[a + lane]),
                        format.toFloat(warp.words[b + lane]));
    }

    private static boolean isSigned(String comparison, DataType type) {
        boolean unsignedName =
                switch (comparison) {
                    case "lo", "ls", "hi", "hs" -> true;
                    default -> false;
                };
        return type.isSigned() && !unsignedName;
    }

    private static boolean decide(String comparison, int order) {
        return switch (comparison) {
            case "eq" -> order == 0;
            case "ne" -> order != 0;
            case "lt", "lo" -> order < 0;
            case "le", "ls" -> order <= 0;
            case "gt", "hi" -> order > 0;
            case "ge", "hs" -> order >= 0;
            default -> throw new AssertionError(comparison);
        };
    }

    /// Ordered comparisons are false where an operand is not a number, unordered ones (`..u`) true.
    private static boolean compare(String comparison, double x, double y) {
        boolean unordered = Double.isNaN(x) || Double.isNaN(y);
        return switch (comparison) {
            case "eq" -> x == y;
            case "ne" -> !unordered && x != y;
            case "lt" -> x < y;
            case "le" -> x <= y;
            case "gt" -> x > y;
            case "ge" -> x >= y;
            case "equ" -> unordered || x == y;
            case "neu" -> x != y;
            case "ltu" -> !(x >= y);
            case "leu" -> !(x > y);
            case "gtu" -> !(x <= y);
            case "geu" -> !(x < y);
            case "num" -> !unordered;
            case "nan" -> unordered;
            default -> throw new AssertionError(comparison);
        };
    }

    /// `selp.type d, a, b, p`: only the value that is selected has to be set.
    static Step select(StepBuilder builder, DataType type) {
        builder.expectOperands(4);
        int choice = builder.flag(builder.operand(3));
        int flip = StepBuilder.flip(builder.operand(3));
        boolean wide = type.isWide();
        RegisterSlots.Slot to =
                wide
                        ? builder.wideResultSlot(builder.operand(0))
                        : builder.wordResultSlot(builder.operand(0));
        RegisterSlots.Slot a =
                wide ? builder.wideSlot(builder.operand(1)) : builder.wordSlot(builder.operand(1));
        RegisterSlots.Slot b =
                wide ? builder.wideSlot(builder.operand(2)) : builder.wordSlot(builder.operand(2));
        Operation first = MoveInstructions.copy(to, a, wide);
        Operation second = MoveInstructions.copy(to, b, wide);
        return builder.compute(
                (warp, lanes) -> {
                    int chosen = warp.predicates[choice] ^ flip;
                    if ((chosen & lanes) != 0) {
                        first.run(warp, chosen & lanes);
                    }
                    if ((~chosen & lanes) != 0) {
                        second.run(warp, ~chosen & lanes);
                    }
                });
    }

    /// `slct.type.s32 d, a, b, c`: a where c is not negative.
    static Step selectBySign(StepBuilder builder, DataType by) {
        Modifiers modifiers = builder.modifiers();
        DataType type = modifiers.takeType();
        builder.expectOperands(4);
        modifiers.take("ftz");
        if (type.isWide() || by != DataType.S32 && by != DataType.F32) {
            throw builder.refusal("only values of 32 bits are known");
        }
        int to = builder.wordResult(builder.operand(0));
        int a = builder.word(builder.operand(1));
        int b = builder.word(builder.operand(2));
        int c = builder.word(builder.operand(3));
        boolean byFloat = by == DataType.F32;
        return builder.compute(
                Lanes.words(
                        to,
                        a,
                        b,
                        c,
                        (x, y, z) -> (byFloat ? Float.intBitsToFloat(z) >= 0 : z >= 0) ? x : y));
    }
}
