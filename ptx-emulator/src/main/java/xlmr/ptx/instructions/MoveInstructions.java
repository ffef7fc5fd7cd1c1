package xlmr.ptx.instructions;

import java.util.List;
import xlmr.ptx.machine.Memory;
import xlmr.ptx.machine.Operation;
import xlmr.ptx.machine.Step;
import xlmr.ptx.syntax.DataType;
import xlmr.ptx.syntax.Operand;
import xlmr.ptx.syntax.StateSpace;

/// Moves between registers, and addresses from one space to another.
final class MoveInstructions {
    private MoveInstructions() {}

    /// `mov`. An unset register may be moved: it is the use of the copy that is wrong.
    static Step move(StepBuilder builder, DataType type) {
        builder.expectOperands(2);
        Operand to = builder.operand(0);
        Operand from = builder.operand(1);
        if (to instanceof Operand.Vector(List<Operand> parts)) {
            return unpack(builder, type, parts, from);
        }
        if (from instanceof Operand.Vector(List<Operand> parts)) {
            return pack(builder, type, to, parts);
        }
        if (type == DataType.PRED) {
            RegisterSlots.Slot target = builder.flagResultSlot(to);
            RegisterSlots.Slot source = builder.flagSlot(from);
            int flip = StepBuilder.flip(from);
            return builder.compute(
                    (warp, lanes) -> {
                        int[] p = warp.predicates;
                        int value = p[source.index()] ^ flip;
                        p[target.index()] = p[target.index()] & ~lanes | value & lanes;
                        copyValidity(warp, target, source, lanes);
                    });
        }
        boolean wide = type.isWide();
        return builder.compute(
                copy(
                        wide ? builder.wideResultSlot(to) : builder.wordResultSlot(to),
                        wide ? builder.wideSlot(from) : builder.wordSlot(from),
                        wide));
    }

    /// Copies a register together with whether it was set.
    static Operation copy(RegisterSlots.Slot to, RegisterSlots.Slot from, boolean wide) {
        int target = to.index() * 32;
        int source = from.index() * 32;
        return (warp, lanes) -> {
            copyValidity(warp, to, from, lanes);
            if (lanes == Operation.ALL) {
                Object file = wide ? warp.longs : warp.words;
                System.arraycopy(file, source, file, target, 32);
                return;
            }
            for (int left = lanes; left != 0; left &= left - 1) {
                int lane = Integer.numberOfTrailingZeros(left);
                if (wide) {
                    warp.longs[target + lane] = warp.longs[source + lane];
                } else {
                    warp.words[target + lane] = warp.words[source + lane];
                }
            }
        };
    }

    private static void copyValidity(
            xlmr.ptx.machine.Warp warp, RegisterSlots.Slot to, RegisterSlots.Slot from, int lanes) {
        if (to.validity() != RegisterSlots.ALWAYS) {
            warp.copyValidity(from.validity(), to.validity(), lanes);
        }
    }

    /// `mov.b64 {a, b}, c` and the like: the first part is the lowest.
    private static Step unpack(
            StepBuilder builder, DataType type, List<Operand> parts, Operand from) {
        int bits = bitsOfPart(builder, type, parts.size());
        int[] to = parts.stream().mapToInt(builder::wordResult).toArray();
        int kept = bits == 16 ? 0xffff : -1;
        if (type.isWide()) {
            int source = builder.wide(from);
            return builder.compute(
                    (warp, lanes) -> {
                        for (int left = lanes; left != 0; left &= left - 1) {
                            int lane = Integer.numberOfTrailingZeros(left);
                            long value = warp.longs[source + lane];
                            for (int i = 0; i < to.length; i++) {
                                warp.words[to[i] + lane] = (int) (value >>> bits * i) & kept;
                            }
                        }
                    });
        }
        int source = builder.word(from);
        return builder.compute(
                (warp, lanes) -> {
                    for (int left = lanes; left != 0; left &= left - 1) {
                        int lane = Integer.numberOfTrailingZeros(left);
                        int value = warp.words[source + lane];
                        for (int i = 0; i < to.length; i++) {
                            warp.words[to[i] + lane] = value >>> bits * i & kept;
                        }
                    }
                });
    }

    private static Step pack(StepBuilder builder, DataType type, Operand to, List<Operand> parts) {
        int bits = bitsOfPart(builder, type, parts.size());
        int[] from =
                parts.stream().mapToInt(bits == 16 ? builder::shortWord : builder::word).toArray();
        long kept = bits == 16 ? 0xffffL : 0xffffffffL;
        boolean wide = type.isWide();
        int target = wide ? builder.wideResult(to) : builder.wordResult(to);
        return builder.compute(
                (warp, lanes) -> {
                    for (int left = lanes; left != 0; left &= left - 1) {
                        int lane = Integer.numberOfTrailingZeros(left);
                        long value = 0;
                        for (int i = 0; i < from.length; i++) {
                            value |= (warp.words[from[i] + lane] & kept) << bits * i;
                        }
                        if (wide) {
                            warp.longs[target + lane] = value;
                        } else {
                            warp.words[target + lane] = (int) value;
                        }
                    }
                });
    }

    private static int bitsOfPart(StepBuilder builder, DataType type, int parts) {
        int bits = 8 * type.bytes() / parts;
        if (bits != 16 && bits != 32) {
            throw builder.refusal("parts of " + bits + " bits are not known");
        }
        return bits;
    }

    /// `cvta` and `cvta.to`: between an address in a space and a generic one.
    static Step convertAddress(StepBuilder builder, DataType type) {
        builder.expectOperands(2);
        boolean fromGeneric = builder.modifiers().take("to");
        StateSpace space = builder.modifiers().takeSpace();
        if (type != DataType.U64 || space == StateSpace.GENERIC) {
            throw builder.refusal("a state space and .u64 are expected");
        }
        long window = window(space);
        int to = builder.wideResult(builder.operand(0));
        int from = builder.wide(builder.operand(1));
        return builder.compute(
                Lanes.wides(to, from, fromGeneric ? x -> x - window : x -> x + window));
    }

    /// `isspacep.space p, a`: whether a generic address lies in a space.
    static Step isInSpace(StepBuilder builder) {
        builder.expectOperands(2);
        StateSpace space = builder.modifiers().takeSpace();
        int to = builder.flagResult(builder.operand(0));
        int from = builder.wide(builder.operand(1));
        long window = window(space) >>> 48;
        return builder.compute(
                (warp, lanes) -> {
                    int inside = 0;
                    for (int left = lanes; left != 0; left &= left - 1) {
                        int lane = Integer.numberOfTrailingZeros(left);
                        if (warp.longs[from + lane] >>> 48 == window) {
                            inside |= 1 << lane;
                        }
                    }
                    warp.predicates[to] = warp.predicates[to] & ~lanes | inside;
                });
    }

    private static long window(StateSpace space) {
        return switch (space) {
            case SHARED -> Memory.SHARED_WINDOW;
            case LOCAL -> Memory.LOCAL_WINDOW;
            case PARAM -> Memory.PARAMETER_WINDOW;
            case GLOBAL, CONST, GENERIC -> 0;
        };
    }
}
