package xlmr.ptx.instructions;

import java.util.List;
import xlmr.ptx.machine.Operation;
import xlmr.ptx.machine.Step;
import xlmr.ptx.machine.Warp;
import xlmr.ptx.syntax.DataType;
import xlmr.ptx.syntax.Operand;
import xlmr.ptx.syntax.StateSpace;

/// `ld` and `st`.
final class MemoryInstructions {
    private MemoryInstructions() {}

    /// `ld{.order}{.scope}{.space}{.cache}{.nc}{.vec}.type d, [a]`.
    static Step load(StepBuilder builder, DataType type) {
        Modifiers modifiers = builder.modifiers();
        StateSpace space = modifiers.takeSpace();
        boolean readOnlyPath = modifiers.take("nc");
        modifiers.takeAny("weak", "volatile", "relaxed", "acquire");
        modifiers.takeAny("ca", "cg", "cs", "lu", "cv");
        takeHints(builder, 2);
        List<Operand> targets = elements(builder, builder.operand(0), type);
        AddressOperand address = AddressOperand.of(builder, builder.operand(1), space);
        note(builder, address.space(), type.bytes() * targets.size());
        Target[] to = new Target[targets.size()];
        for (int i = 0; i < to.length; i++) {
            to[i] = target(builder, targets.get(i), type);
        }
        return builder.compute(loading(address, type, to, readOnlyPath));
    }

    private static Operation loading(
            AddressOperand address, DataType type, Target[] to, boolean readOnlyPath) {
        int size = type.bytes();
        int count = to.length;
        StateSpace space = address.space();
        if (space == StateSpace.PARAM && address.isUniform()) {
            return (warp, lanes) -> {
                address.resolve(warp, lanes);
                int first = Integer.numberOfTrailingZeros(lanes);
                warp.memory()
                        .load(
                                warp,
                                space,
                                first,
                                warp.addresses[first],
                                size,
                                count,
                                false,
                                warp.values);
                for (int left = lanes; left != 0; left &= left - 1) {
                    give(warp, Integer.numberOfTrailingZeros(left), to);
                }
            };
        }
        return (warp, lanes) -> {
            address.resolve(warp, lanes);
            warp.memory().count(warp, space, lanes, size * count, false);
            for (int left = lanes; left != 0; left &= left - 1) {
                int lane = Integer.numberOfTrailingZeros(left);
                warp.memory()
                        .load(
                                warp,
                                space,
                                lane,
                                warp.addresses[lane],
                                size,
                                count,
                                readOnlyPath,
                                warp.values);
                give(warp, lane, to);
            }
        };
    }

    private static void give(Warp warp, int lane, Target[] to) {
        for (int i = 0; i < to.length; i++) {
            to[i].put(warp, lane, warp.values[i]);
        }
    }

    /// `st{.order}{.scope}{.space}{.cache}{.vec}.type [a], b`.
    static Step store(StepBuilder builder, DataType type) {
        Modifiers modifiers = builder.modifiers();
        StateSpace space = modifiers.takeSpace();
        modifiers.takeAny("weak", "volatile", "relaxed", "release");
        modifiers.takeAny("wb", "cg", "cs", "wt");
        takeHints(builder, 2);
        List<Operand> sources = elements(builder, builder.operand(1), type);
        AddressOperand address = AddressOperand.of(builder, builder.operand(0), space);
        note(builder, address.space(), type.bytes() * sources.size());
        int[] from = new int[sources.size()];
        boolean[] wide = new boolean[from.length];
        for (int i = 0; i < from.length; i++) {
            Operand source = sources.get(i);
            wide[i] =
                    source instanceof Operand.Register ? StepBuilder.isWide(source) : type.isWide();
            if (type.isWide() && !wide[i]) {
                throw builder.refusal("a register of 64 bits is expected, found " + source);
            }
            from[i] = wide[i] ? builder.wide(source) : builder.word(source);
        }
        int size = type.bytes();
        StateSpace actual = address.space();
        return builder.compute(
                (warp, lanes) -> {
                    address.resolve(warp, lanes);
                    warp.memory().count(warp, actual, lanes, size * from.length, true);
                    for (int left = lanes; left != 0; left &= left - 1) {
                        int lane = Integer.numberOfTrailingZeros(left);
                        for (int i = 0; i < from.length; i++) {
                            int place = from[i] + lane;
                            warp.values[i] = wide[i] ? warp.longs[place] : warp.words[place];
                        }
                        warp.memory()
                                .store(
                                        warp,
                                        actual,
                                        lane,
                                        warp.addresses[lane],
                                        size,
                                        from.length,
                                        warp.values);
                    }
                });
    }

    /// Scopes and hints to the caches, which change nothing here. A cache policy is one more
    /// operand.
    static void takeHints(StepBuilder builder, int operands) {
        Modifiers modifiers = builder.modifiers();
        modifiers.takeAny("cta", "gpu", "sys");
        boolean hasPolicy = modifiers.take("L2::cache_hint");
        modifiers.takeAny(
                "L1::evict_normal",
                "L1::evict_unchanged",
                "L1::evict_first",
                "L1::evict_last",
                "L1::no_allocate");
        modifiers.takeAny("L2::evict_normal", "L2::evict_first", "L2::evict_last");
        modifiers.takeAny("L2::64B", "L2::128B", "L2::256B");
        builder.expectOperands(hasPolicy ? operands + 1 : operands);
        if (hasPolicy) {
            builder.wide(builder.operand(operands));
        }
    }

    /// Races are looked for in shared and global memory.
    static void note(StepBuilder builder, StateSpace space, int bytes) {
        if (space != StateSpace.LOCAL && space != StateSpace.PARAM) {
            builder.placement().access(bytes);
        }
    }

    private static List<Operand> elements(StepBuilder builder, Operand operand, DataType type) {
        int expected =
                switch (builder.modifiers().takeAny("v2", "v4", "v8").orElse("v1")) {
                    case "v2" -> 2;
                    case "v4" -> 4;
                    case "v8" -> 8;
                    default -> 1;
                };
        List<Operand> elements =
                operand instanceof Operand.Vector(List<Operand> several)
                        ? several
                        : List.of(operand);
        if (elements.size() != expected) {
            throw builder.refusal("expected " + expected + " values, found " + operand);
        }
        if (type.bytes() * expected > 32) {
            throw builder.refusal("more than 32 bytes at once are not possible");
        }
        return elements;
    }

    /// Where a loaded value goes, and how it is extended.
    private interface Target {
        void put(Warp warp, int lane, long value);
    }

    private static Target target(StepBuilder builder, Operand operand, DataType type) {
        int above = 64 - 8 * type.bytes();
        boolean signed = type.isSigned();
        if (StepBuilder.isWide(operand)) {
            int to = builder.wideResult(operand);
            return (warp, lane, value) ->
                    warp.longs[to + lane] = signed ? value << above >> above : value;
        }
        if (type.isWide() && !(operand instanceof Operand.Sink)) {
            throw builder.refusal("a register of 64 bits is expected, found " + operand);
        }
        int to = builder.wordResult(operand);
        boolean isShort =
                operand instanceof Operand.Register register && register.type().bytes() == 2;
        if (!signed || type.bytes() == 4) {
            return (warp, lane, value) -> warp.words[to + lane] = (int) value;
        }
        int kept = isShort ? 0xffff : -1;
        return (warp, lane, value) ->
                warp.words[to + lane] = (int) (value << above >> above) & kept;
    }
}
