package xlmr.ptx.instructions;

import java.util.List;
import xlmr.ptx.machine.Memory;
import xlmr.ptx.machine.Step;
import xlmr.ptx.syntax.DataType;
import xlmr.ptx.syntax.Operand;
import xlmr.ptx.syntax.StateSpace;

/// `atom` and `red`. Lanes come one after the other, in the order of their numbers.
final class AtomicInstructions {
    private static final String[] OPERATIONS = {
        "add", "min", "max", "and", "or", "xor", "exch", "cas", "inc", "dec"
    };

    /// What becomes of a place.
    private interface Change {
        long apply(long old, long operand, long second);
    }

    private AtomicInstructions() {}

    static Step decode(StepBuilder builder, DataType type) {
        Modifiers modifiers = builder.modifiers();
        boolean returns = builder.instruction().opcode().equals("atom");
        modifiers.takeAny("relaxed", "acquire", "release", "acq_rel");
        StateSpace space = modifiers.takeSpace();
        String operation = modifiers.takeOne(OPERATIONS);
        boolean isCompare = operation.equals("cas");
        if (type.kind() == DataType.Kind.FLOAT && type.bytes() < 4 || isPacked(type)) {
            modifiers.takeOne("noftz");
        }
        int first = returns ? 1 : 0;
        MemoryInstructions.takeHints(builder, first + (isCompare ? 3 : 2));
        if (!returns && (isCompare || operation.equals("exch"))) {
            throw builder.refusal("." + operation + " gives a result: it needs atom");
        }
        Change change = change(builder, operation, type);
        int bytes = type.bytes();
        AddressOperand address = AddressOperand.of(builder, builder.operand(first), space);
        MemoryInstructions.note(builder, space, bytes);
        boolean wide = type.isWide();
        List<Operand> operands = builder.instruction().operands();
        int operand = value(builder, operands.get(first + 1), wide);
        int second = isCompare ? value(builder, operands.get(first + 2), wide) : operand;
        Operand result = returns ? builder.operand(0) : new Operand.Sink();
        int to = wide ? builder.wideResult(result) : builder.wordResult(result);
        return builder.compute(
                (warp, lanes) -> {
                    address.resolve(warp, lanes);
                    warp.memory().count(warp, space, lanes, bytes, true);
                    warp.counters().atomics += Integer.bitCount(lanes);
                    for (int left = lanes; left != 0; left &= left - 1) {
                        int lane = Integer.numberOfTrailingZeros(left);
                        Memory.Place place =
                                warp.memory()
                                        .atomic(warp, space, lane, warp.addresses[lane], bytes);
                        long old = place.get();
                        if (wide) {
                            place.put(
                                    change.apply(
                                            old,
                                            warp.longs[operand + lane],
                                            warp.longs[second + lane]));
                            warp.longs[to + lane] = old;
                        } else {
                            place.put(
                                    change.apply(
                                            old,
                                            warp.words[operand + lane] & 0xffffffffL,
                                            warp.words[second + lane] & 0xffffffffL));
                            warp.words[to + lane] = (int) old;
                        }
                    }
                });
    }

    private static int value(StepBuilder builder, Operand operand, boolean wide) {
        return wide ? builder.wide(operand) : builder.word(operand);
    }

    private static boolean isPacked(DataType type) {
        return type == DataType.F16X2 || type == DataType.BF16X2;
    }

    private static Change change(StepBuilder builder, String operation, DataType type) {
        return switch (operation) {
            case "exch" -> (old, x, y) -> x;
            case "cas" ->
                    type.bytes() == 2
                            ? (old, x, y) -> old == (x & 0xffff) ? y : old
                            : (old, x, y) -> old == x ? y : old;
            case "and" -> (old, x, y) -> old & x;
            case "or" -> (old, x, y) -> old | x;
            case "xor" -> (old, x, y) -> old ^ x;
            case "inc" -> (old, x, y) -> Long.compareUnsigned(old, x) >= 0 ? 0 : old + 1;
            case "dec" -> (old, x, y) -> old == 0 || Long.compareUnsigned(old, x) > 0 ? x : old - 1;
            case "add" -> addition(builder, type);
            case "min" -> extreme(builder, type, false);
            default -> extreme(builder, type, true);
        };
    }

    private static Change addition(StepBuilder builder, DataType type) {
        return switch (type) {
            case U32, S32, U64, S64 -> (old, x, y) -> old + x;
            case F32 ->
                    (old, x, y) ->
                            Float.floatToRawIntBits(
                                    Float.intBitsToFloat((int) old)
                                            + Float.intBitsToFloat((int) x));
            case F64 ->
                    (old, x, y) ->
                            Double.doubleToRawLongBits(
                                    Double.longBitsToDouble(old) + Double.longBitsToDouble(x));
            case F16, BF16 -> {
                HalfFormat format = HalfFormat.of(type);
                yield (old, x, y) -> add(format, (int) old, (int) x & 0xffff);
            }
            case F16X2, BF16X2 -> {
                HalfFormat format = HalfFormat.of(type);
                yield (old, x, y) ->
                        add(format, (int) old & 0xffff, (int) x & 0xffff)
                                | add(format, (int) old >>> 16, (int) x >>> 16) << 16;
            }
            default -> throw builder.refusal("not known for ." + type);
        };
    }

    private static int add(HalfFormat format, int a, int b) {
        return format.fromDouble(
                Rounding.sumToOdd(format.toFloat(a), format.toFloat(b)), Rounding.NEAREST);
    }

    private static Change extreme(StepBuilder builder, DataType type, boolean isMaximum) {
        return switch (type) {
            case S32 ->
                    (old, x, y) ->
                            isMaximum ? Math.max((int) old, (int) x) : Math.min((int) old, (int) x);
            case S64 -> (old, x, y) -> isMaximum ? Math.max(old, x) : Math.min(old, x);
            case U32, U64 -> (old, x, y) -> Long.compareUnsigned(old, x) > 0 == isMaximum ? old : x;
            default -> throw builder.refusal("not known for ." + type);
        };
    }
}
