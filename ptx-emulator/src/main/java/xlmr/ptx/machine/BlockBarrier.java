package xlmr.ptx.machine;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One of the sixteen barriers of a block.
public final class BlockBarrier {
    /// What an instruction does at a barrier.
    public enum Mode {
        /// Waits for the others.
        SYNC,
        /// Says that it is there, and goes on.
        ARRIVE,
        /// Waits and counts the threads whose predicate holds.
        COUNT,
        /// Waits and tells whether the predicate holds in all threads.
        AND,
        /// Waits and tells whether it holds in any.
        OR
    }

    /// How an instruction uses a barrier.
    ///
    /// @param mode what it does
    /// @param id place of the word with the number of the barrier
    /// @param threads place of the word with the number of threads to wait for, or -1 for all of
    ///   the block
    /// @param predicate index of the predicate that is combined, or -1
    /// @param negated whether it is combined negated
    /// @param result place of the word, or index of the predicate, for what comes out, or -1
    public record Use(Mode mode, int id, int threads, int predicate, boolean negated, int result) {
        /// No use of a barrier.
        public static final Use NONE = new Use(Mode.SYNC, -1, -1, -1, false, -1);
    }

    private final Launch launch;
    private final int id;
    private final List<WarpExecution> waiting = new ArrayList<>();
    private @Nullable Step first;
    private int arrived;
    private int holding;
    private int expected;

    BlockBarrier(Launch launch, int id) {
        this.launch = launch;
        this.id = id;
    }

    void begin() {
        waiting.clear();
        first = null;
        arrived = 0;
        holding = 0;
    }

    /// A warp is there with all of its lanes that have not ended.
    ///
    /// @return whether it may go on at once
    boolean arrive(WarpExecution execution, Step step) {
        Warp warp = execution.warp();
        Use use = step.barrier;
        int lane = Integer.numberOfTrailingZeros(warp.live);
        int threads = (int) launch.block().count();
        int wanted = use.threads() < 0 ? threads : warp.words[use.threads() + lane];
        Step before = first;
        if (before == null) {
            first = step;
            expected = wanted;
        } else if (use.threads() < 0 && before != step) {
            throw warp.fault(
                    FaultKind.DIVERGENT_BARRIER,
                    lane,
                    "threads of the block wait at the barrier of line "
                            + before.line()
                            + " meanwhile");
        } else if (wanted != expected) {
            throw warp.fault(
                    FaultKind.DIVERGENT_BARRIER,
                    lane,
                    "barrier %d is used for %d and for %d threads".formatted(id, expected, wanted));
        }
        // A barrier counts warps whole, be their lanes live or not.
        arrived += use.threads() < 0 ? Integer.bitCount(warp.live) : 32;
        if (use.predicate() >= 0) {
            int holds = warp.predicates[use.predicate()];
            holding += Integer.bitCount((use.negated() ? ~holds : holds) & warp.live);
        }
        boolean waits = use.mode() != Mode.ARRIVE;
        if (waits) {
            waiting.add(execution);
        }
        if (arrived >= expected) {
            release();
            return true;
        }
        return !waits;
    }

    private void release() {
        launch.epochs().passBarrier();
        launch.counters().barriers++;
        List<WarpExecution> released = List.copyOf(waiting);
        int holds = holding;
        int all = arrived;
        begin();
        for (WarpExecution execution : released) {
            execution.release(holds, all);
        }
    }

    /// Nobody in the block can go on: some wait here, and the others have ended.
    KernelFault stuck() {
        WarpExecution execution = waiting.getFirst();
        String others = "the others have ended or wait elsewhere";
        for (WarpExecution other : launch.warps()) {
            if (other.isFinished() || other.waitingBarrier() != id) {
                others =
                        "warp %d %s"
                                .formatted(
                                        other.warp().index(),
                                        other.isFinished()
                                                ? "has ended"
                                                : "waits at line " + other.warp().line());
                break;
            }
        }
        return execution
                .warp()
                .fault(
                        FaultKind.DIVERGENT_BARRIER,
                        Integer.numberOfTrailingZeros(execution.warp().live),
                        "barrier %d waits for %d threads, and only %d come: %s"
                                .formatted(id, expected, arrived, others));
    }
}
