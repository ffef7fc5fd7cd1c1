package xlmr.ptx.machine;

import org.jspecify.annotations.Nullable;
import xlmr.ptx.syntax.Instruction;

/// A decoded instruction of a kernel.
public final class Step {
    /// How it takes part in the flow of control.
    public enum Kind {
        /// Does something and goes on.
        COMPUTE,
        /// Goes somewhere else, where its guard holds.
        BRANCH,
        /// Ends its lanes.
        EXIT,
        /// Waits for the other warps of the block.
        BARRIER,
        /// Waits for other lanes of the warp, then does something together with them.
        TOGETHER
    }

    /// The lanes that a [Kind#TOGETHER] waits for are all of the warp.
    public static final int WHOLE_WARP = -1;

    final Instruction source;
    final Kind kind;
    final Operation operation;
    final BlockBarrier.Use barrier;

    /// Validity numbers of the registers that must be set, and of those that are set by it.
    final int[] reads;

    final int[] writes;

    /// Index of the guarding predicate, or -1.
    final int guard;

    final boolean guardNegated;

    /// Validity number of the guard.
    final int guardValidity;

    /// Where the register with the lanes to wait for begins, or [#WHOLE_WARP].
    final int members;

    /// Where a branch goes.
    int target = -1;

    /// Where the lanes that a branch separates meet again, or -1 where they do not.
    int rejoin = -1;

    /// The allocation that the step accessed last: mostly it accesses it again.
    @Nullable Region lastRegion;

    /// A step as the decoder made it; the targets of branches follow in [#link].
    public Step(
            Instruction source,
            Kind kind,
            Operation operation,
            BlockBarrier.Use barrier,
            int[] reads,
            int[] writes,
            int guard,
            int guardValidity,
            int members) {
        this.source = source;
        this.kind = kind;
        this.operation = operation;
        this.barrier = barrier;
        this.reads = reads;
        this.writes = writes;
        this.guard = guard;
        this.guardNegated = source.guard().map(Instruction.Guard::negated).orElse(false);
        this.guardValidity = guardValidity;
        this.members = members;
    }

    /// Says where a branch goes, and where its lanes meet again.
    public void link(int target, int rejoin) {
        this.target = target;
        this.rejoin = rejoin;
    }

    /// Its part in the flow of control.
    public Kind kind() {
        return kind;
    }

    /// Whether it is done by some lanes only.
    public boolean isGuarded() {
        return guard >= 0;
    }

    /// Where a branch goes.
    public int target() {
        return target;
    }

    /// The instruction as written.
    public Instruction source() {
        return source;
    }

    /// Its line in the PTX.
    public int line() {
        return source.line();
    }
}
