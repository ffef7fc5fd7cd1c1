package xlmr.ptx.instructions;

import xlmr.ptx.machine.Step;
import xlmr.ptx.syntax.Operand;

/// `cp.async`: copies from global to shared memory that go on beside the program.
final class CopyInstructions {
    private CopyInstructions() {}

    static Step decode(StepBuilder builder) {
        Modifiers modifiers = builder.modifiers();
        modifiers.takeOne("async");
        if (modifiers.take("commit_group")) {
            builder.expectOperands(0);
            return builder.compute((warp, lanes) -> warp.copies().commit(lanes));
        }
        if (modifiers.take("wait_all")) {
            builder.expectOperands(0);
            return builder.compute((warp, lanes) -> warp.copies().awaitAll(warp, lanes));
        }
        if (modifiers.take("wait_group")) {
            builder.expectOperands(1);
            int pending = constant(builder, builder.operand(0));
            return builder.compute((warp, lanes) -> warp.copies().await(warp, lanes, pending));
        }
        return copy(builder);
    }

    /// `cp.async.ca.shared.global [to], [from], bytes{, sourceBytes or a predicate that leaves the
    /// source out}`.
    private static Step copy(StepBuilder builder) {
        Modifiers modifiers = builder.modifiers();
        boolean onlyLarge = modifiers.takeOne("ca", "cg").equals("cg");
        modifiers.takeOne("shared", "shared::cta");
        modifiers.takeOne("global");
        int operands =
                builder.count()
                        - (builder.instruction().modifiers().contains("L2::cache_hint") ? 1 : 0);
        MemoryInstructions.takeHints(builder, operands);
        if (operands != 3 && operands != 4) {
            throw builder.refusal("expected 3 or 4 operands");
        }
        int bytes = constant(builder, builder.operand(2));
        if (bytes != 16 && (onlyLarge || bytes != 4 && bytes != 8)) {
            throw builder.refusal(bytes + " bytes cannot be copied");
        }
        AddressOperand to =
                AddressOperand.of(builder, builder.operand(0), xlmr.ptx.syntax.StateSpace.SHARED);
        AddressOperand from =
                AddressOperand.of(builder, builder.operand(1), xlmr.ptx.syntax.StateSpace.GLOBAL);
        builder.placement().access(4);
        SourceBytes sourceBytes = sourceBytes(builder, operands, bytes);
        long[] targets = new long[32];
        return builder.compute(
                (warp, lanes) -> {
                    to.resolve(warp, lanes);
                    warp.memory().count(warp, to.space(), lanes, bytes, true);
                    System.arraycopy(warp.addresses, 0, targets, 0, 32);
                    from.resolve(warp, lanes);
                    int reading = 0;
                    for (int left = lanes; left != 0; left &= left - 1) {
                        int lane = Integer.numberOfTrailingZeros(left);
                        int source = Math.min(sourceBytes.of(warp, lane), bytes);
                        reading |= source > 0 ? 1 << lane : 0;
                        warp.copies()
                                .begin(
                                        warp,
                                        lane,
                                        targets[lane],
                                        warp.addresses[lane],
                                        bytes,
                                        source);
                    }
                    if (reading != 0) {
                        warp.memory().count(warp, from.space(), reading, bytes, false);
                    }
                });
    }

    private interface SourceBytes {
        int of(xlmr.ptx.machine.Warp warp, int lane);
    }

    private static SourceBytes sourceBytes(StepBuilder builder, int operands, int bytes) {
        if (operands == 3) {
            return (warp, lane) -> bytes;
        }
        Operand operand = builder.operand(3);
        boolean isPredicate =
                operand instanceof Operand.Negated
                        || operand instanceof Operand.Register register
                                && register.type() == xlmr.ptx.syntax.DataType.PRED;
        if (isPredicate) {
            int flag = builder.flag(operand);
            int flip = StepBuilder.flip(operand);
            return (warp, lane) -> ((warp.predicates[flag] ^ flip) >>> lane & 1) != 0 ? 0 : bytes;
        }
        int size = builder.word(operand);
        return (warp, lane) -> Math.max(0, warp.words[size + lane]);
    }

    private static int constant(StepBuilder builder, Operand operand) {
        if (operand instanceof Operand.Whole(long value) && value >= 0 && value <= 1 << 20) {
            return (int) value;
        }
        throw builder.refusal("expected a constant, found " + operand);
    }
}
