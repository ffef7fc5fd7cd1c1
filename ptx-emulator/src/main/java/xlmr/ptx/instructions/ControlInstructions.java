package xlmr.ptx.instructions;

import xlmr.ptx.machine.BlockBarrier;
import xlmr.ptx.machine.FaultKind;
import xlmr.ptx.machine.Step;
import xlmr.ptx.syntax.Operand;

/// Branches, ends, barriers, fences.
final class ControlInstructions {
    private ControlInstructions() {}

    /// `bra{.uni} label`.
    static Step branch(StepBuilder builder) {
        builder.modifiers().take("uni");
        builder.expectOperands(1);
        if (!(builder.operand(0) instanceof Operand.Label)) {
            throw builder.refusal("there is no label " + builder.operand(0));
        }
        return builder.branch();
    }

    /// `ret` and `exit`.
    static Step end(StepBuilder builder) {
        builder.modifiers().take("uni");
        builder.expectOperands(0);
        return builder.exit();
    }

    static Step trap(StepBuilder builder) {
        builder.expectOperands(0);
        return builder.compute(
                (warp, lanes) -> {
                    throw warp.fault(
                            FaultKind.TRAP,
                            Integer.numberOfTrailingZeros(lanes),
                            "the kernel stops itself");
                });
    }

    /// `bar.warp.sync`, `bar.sync`, `bar.arrive`, `bar.red`, and the same with `barrier`, which
    /// here asks as much of the lanes of a warp as `bar` does.
    static Step barrier(StepBuilder builder) {
        Modifiers modifiers = builder.modifiers();
        modifiers.take("cta");
        if (modifiers.take("warp")) {
            modifiers.takeOne("sync");
            builder.expectOperands(1);
            return builder.together(
                    (warp, lanes) -> warp.synchronize(), builder.word(builder.operand(0)));
        }
        String what = modifiers.takeOne("sync", "arrive", "red");
        if (builder.instruction().opcode().equals("barrier")) {
            modifiers.take("aligned");
        }
        if (what.equals("red")) {
            return reduction(builder);
        }
        BlockBarrier.Mode mode =
                what.equals("sync") ? BlockBarrier.Mode.SYNC : BlockBarrier.Mode.ARRIVE;
        if (mode == BlockBarrier.Mode.ARRIVE || builder.count() != 1) {
            builder.expectOperands(2);
        }
        int id = builder.word(builder.operand(0));
        int threads = builder.count() == 2 ? builder.word(builder.operand(1)) : -1;
        return builder.barrier(new BlockBarrier.Use(mode, id, threads, -1, false, -1));
    }

    /// `bar.red.popc.u32 d, a{, b}, {!}c` and `bar.red.and.pred p, a{, b}, {!}c`.
    private static Step reduction(StepBuilder builder) {
        Modifiers modifiers = builder.modifiers();
        String operation = modifiers.takeOne("popc", "and", "or");
        boolean counts = operation.equals("popc");
        modifiers.takeOne(counts ? "u32" : "pred");
        boolean hasThreads = builder.count() == 4;
        builder.expectOperands(hasThreads ? 4 : 3);
        Operand last = builder.operand(builder.count() - 1);
        BlockBarrier.Mode mode =
                switch (operation) {
                    case "popc" -> BlockBarrier.Mode.COUNT;
                    case "and" -> BlockBarrier.Mode.AND;
                    default -> BlockBarrier.Mode.OR;
                };
        return builder.barrier(
                new BlockBarrier.Use(
                        mode,
                        builder.word(builder.operand(1)),
                        hasThreads ? builder.word(builder.operand(2)) : -1,
                        builder.flag(last),
                        last instanceof Operand.Negated,
                        counts
                                ? builder.wordResult(builder.operand(0))
                                : builder.flagResult(builder.operand(0))));
    }

    /// `membar` and `fence`: every access here is in order anyway.
    static Step fence(StepBuilder builder) {
        builder.modifiers().takeAny("acq_rel", "sc", "acquire", "release");
        builder.modifiers().takeOne("cta", "gl", "gpu", "sys");
        builder.expectOperands(0);
        return builder.compute((warp, lanes) -> {});
    }

    /// `nanosleep`: time does not pass here.
    static Step sleep(StepBuilder builder) {
        builder.modifiers().takeOne("u32");
        builder.expectOperands(1);
        builder.word(builder.operand(0));
        return builder.compute((warp, lanes) -> {});
    }

    /// `prefetch`: there are no caches to fill.
    static Step prefetch(StepBuilder builder) {
        builder.modifiers().takeSpace();
        builder.modifiers().takeOne("L1", "L2");
        builder.expectOperands(1);
        return builder.compute((warp, lanes) -> {});
    }

    /// `createpolicy.fractional`: a policy of caches that are not there.
    static Step createPolicy(StepBuilder builder) {
        Modifiers modifiers = builder.modifiers();
        modifiers.takeOne("fractional");
        modifiers.takeOne("b64");
        modifiers.takeOne(
                "L2::evict_last", "L2::evict_normal", "L2::evict_first", "L2::evict_unchanged");
        if (builder.count() != 1) {
            builder.expectOperands(2);
        }
        int to = builder.wideResult(builder.operand(0));
        return builder.compute(Lanes.wides(to, to, x -> 0));
    }
}
