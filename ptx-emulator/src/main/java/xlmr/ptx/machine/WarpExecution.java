package xlmr.ptx.machine;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// Runs a warp. Lanes that a branch separates go on as two paths, which meet again at the first
/// instruction that both must come to (the immediate post-dominator of the branch).
final class WarpExecution {
    /// Branches after which another path or warp may go, so that lanes can wait for each other in a
    /// loop.
    private static final int SLICE = 1 << 14;

    /// Slices after which lanes no longer wait at joins: the others may be waiting for them, as at
    /// a lock.
    private static final int PATIENCE = 4;

    private final Launch launch;
    private final Warp warp;
    private final Step[] steps;
    private final Counters counters;
    private final Paths paths = new Paths();
    private Paths.@Nullable Path atBarrier;
    private int waitingBarrier = -1;
    private int branchesLeft;
    private int slices;

    WarpExecution(Launch launch, Warp warp) {
        this.launch = launch;
        this.warp = warp;
        this.steps = launch.program().steps();
        this.counters = launch.counters();
    }

    Warp warp() {
        return warp;
    }

    void begin(SpecialValues specials) {
        warp.begin(specials);
        paths.begin(warp.existing);
        atBarrier = null;
        waitingBarrier = -1;
        slices = 0;
    }

    boolean isFinished() {
        return warp.live == 0;
    }

    boolean isWaiting() {
        return waitingBarrier >= 0;
    }

    /// The barrier that it waits at, or -1.
    int waitingBarrier() {
        return waitingBarrier;
    }

    /// Runs until the warp waits at a barrier, has ended, or has run for long.
    void run() {
        branchesLeft = SLICE;
        while (warp.live != 0 && waitingBarrier < 0 && branchesLeft >= 0) {
            Paths.Path path = paths.next();
            if (path != null) {
                follow(path);
            } else if (!paths.giveUpJoins()) {
                throw deadlock();
            }
        }
        if (branchesLeft < 0 && ++slices % PATIENCE == 0) {
            paths.giveUpJoins();
        }
        if (launch.isOverLimit()) {
            throw warp.fault(
                    FaultKind.TOO_LONG,
                    0,
                    "more than " + launch.instructionLimit() + " instructions were run");
        }
    }

    private void follow(Paths.Path path) {
        int stop = path.join == null ? -1 : path.join.at;
        while (true) {
            if (path.at == stop) {
                paths.arrive(path);
                return;
            }
            Step step = steps[path.at];
            warp.current = step;
            counters.warpInstructions++;
            counters.laneInstructions += Integer.bitCount(path.lanes);
            int lanes = path.lanes;
            if (step.guard >= 0) {
                lanes &= guarded(step, lanes);
            }
            switch (step.kind) {
                case COMPUTE -> {
                    if (lanes != 0) {
                        perform(step, lanes);
                    }
                    path.at++;
                }
                case BRANCH -> {
                    if (--branchesLeft < 0) {
                        branch(path, step, lanes);
                        paths.last(path);
                        return;
                    }
                    branch(path, step, lanes);
                    // A separated path may already be where it ends.
                    stop = path.join == null ? -1 : path.join.at;
                }
                case EXIT -> {
                    if (lanes != 0) {
                        warp.live &= ~lanes;
                        paths.end(warp.live);
                    }
                    path.lanes &= ~lanes;
                    if (path.lanes == 0) {
                        return;
                    }
                    path.at++;
                }
                case BARRIER -> {
                    if (reachBarrier(path, step, lanes)) {
                        return;
                    }
                    path.at++;
                }
                case TOGETHER -> {
                    if (!gather(path, step, lanes)) {
                        return;
                    }
                }
            }
        }
    }

    /// The lanes in which the guard holds.
    private int guarded(Step step, int lanes) {
        int unset = step.guardValidity < 0 ? 0 : lanes & ~warp.valid[step.guardValidity];
        if (unset != 0) {
            throw uninitialized(unset, step.source.guard().orElseThrow().predicate().name());
        }
        int holds = warp.predicates[step.guard];
        return step.guardNegated ? ~holds : holds;
    }

    private void perform(Step step, int lanes) {
        int[] valid = warp.valid;
        for (int register : step.reads) {
            int unset = lanes & ~valid[register];
            if (unset != 0) {
                throw uninitialized(unset, launch.program().registers().names().get(register));
            }
        }
        step.operation.run(warp, lanes);
        for (int register : step.writes) {
            valid[register] |= lanes;
        }
    }

    private KernelFault uninitialized(int lanes, String name) {
        return warp.fault(
                FaultKind.UNINITIALIZED_REGISTER,
                Integer.numberOfTrailingZeros(lanes),
                "the register " + name + " is used before it is set");
    }

    /// Goes on where the branch leads; where lanes part, the path goes on with those that do not
    /// take it.
    private void branch(Paths.Path path, Step step, int taken) {
        int notTaken = path.lanes & ~taken;
        if (notTaken == 0) {
            path.at = step.target;
        } else if (taken == 0) {
            path.at++;
        } else {
            counters.divergentBranches++;
            paths.separate(path, taken, step.target, step.rejoin);
        }
    }

    /// Whether the path has to wait.
    private boolean reachBarrier(Paths.Path path, Step step, int lanes) {
        if (lanes != warp.live) {
            int missing = warp.live & ~lanes;
            throw warp.fault(
                    FaultKind.DIVERGENT_BARRIER,
                    Integer.numberOfTrailingZeros(lanes == 0 ? path.lanes : lanes),
                    "%d lanes of the warp reach the barrier, and lane %d does not"
                            .formatted(
                                    Integer.bitCount(lanes),
                                    Integer.numberOfTrailingZeros(missing)));
        }
        if (warp.live != warp.existing) {
            throw warp.fault(
                    FaultKind.DIVERGENT_BARRIER,
                    Integer.numberOfTrailingZeros(lanes),
                    "lane %d of the warp has ended before the barrier"
                            .formatted(Integer.numberOfTrailingZeros(warp.existing & ~warp.live)));
        }
        int lane = Integer.numberOfTrailingZeros(lanes);
        int id = warp.words[step.barrier.id() + lane];
        if (id < 0 || id > 15) {
            throw warp.fault(FaultKind.DIVERGENT_BARRIER, lane, "there is no barrier " + id);
        }
        for (int register : step.reads) {
            if ((lanes & ~warp.valid[register]) != 0) {
                throw uninitialized(
                        lanes & ~warp.valid[register],
                        launch.program().registers().names().get(register));
            }
        }
        atBarrier = path;
        waitingBarrier = id;
        boolean goesOn = launch.barrier(id).arrive(this, step);
        if (goesOn && step.barrier.mode() == BlockBarrier.Mode.ARRIVE) {
            waitingBarrier = -1;
            atBarrier = null;
            return false;
        }
        return true;
    }

    /// The barrier is passed.
    ///
    /// @param holding threads in which the predicate of the barrier held
    /// @param all threads that came
    void release(int holding, int all) {
        Paths.Path path = atBarrier;
        assert path != null;
        Step step = steps[path.at];
        BlockBarrier.Use use = step.barrier;
        switch (use.mode()) {
            case COUNT ->
                    java.util.Arrays.fill(warp.words, use.result(), use.result() + 32, holding);
            case AND -> warp.predicates[use.result()] = holding == all ? Operation.ALL : 0;
            case OR -> warp.predicates[use.result()] = holding > 0 ? Operation.ALL : 0;
            case SYNC, ARRIVE -> {}
        }
        for (int register : step.writes) {
            warp.valid[register] = Operation.ALL;
        }
        path.at++;
        paths.first(path);
        atBarrier = null;
        waitingBarrier = -1;
    }

    /// Does the step if all lanes that it waits for are here; else sets the path aside.
    private boolean gather(Paths.Path path, Step step, int lanes) {
        if (step.members == Step.WHOLE_WARP) {
            if (lanes != Operation.ALL) {
                throw partial(step, ~lanes);
            }
            perform(step, lanes);
            path.at++;
            return true;
        }
        if (lanes == 0) {
            path.at++;
            return true;
        }
        int first = Integer.numberOfTrailingZeros(lanes);
        int members = warp.words[step.members + first];
        if ((lanes & ~members) != 0) {
            throw warp.fault(
                    FaultKind.PARTIAL_WARP,
                    Integer.numberOfTrailingZeros(lanes & ~members),
                    "the lane is not in its own member mask 0x%08x".formatted(members));
        }
        int missing = members & warp.live & ~lanes;
        if (missing == 0) {
            perform(step, lanes);
            path.at++;
            return true;
        }
        if ((missing & path.lanes) != 0) {
            throw partial(step, missing & path.lanes);
        }
        return gatherParked(path, step, lanes, missing);
    }

    private boolean gatherParked(Paths.Path path, Step step, int lanes, int missing) {
        List<Paths.Path> others = paths.parkedAt(path.at, missing);
        int together = lanes;
        for (Paths.Path other : others) {
            together |= other.lanes;
        }
        if ((missing & ~together) != 0) {
            paths.park(path);
            return false;
        }
        perform(step, together);
        for (Paths.Path other : others) {
            other.at++;
        }
        paths.unpark(others);
        path.at++;
        return true;
    }

    private KernelFault partial(Step step, int missing) {
        int lane = Integer.numberOfTrailingZeros(missing);
        String why =
                (warp.existing >>> lane & 1) == 0
                        ? "does not exist: the block is no multiple of 32 threads"
                        : (warp.live >>> lane & 1) == 0 ? "has ended" : "is elsewhere";
        return warp.fault(
                FaultKind.PARTIAL_WARP,
                lane,
                step.source.name() + " needs all of its lanes, and lane " + lane + " " + why);
    }

    private KernelFault deadlock() {
        Paths.Path path = paths.parked();
        warp.current = steps[path.at];
        int lane = Integer.numberOfTrailingZeros(path.lanes);
        int members = warp.words[steps[path.at].members + lane];
        return warp.fault(
                FaultKind.DEADLOCK,
                lane,
                "waits for the lanes of mask 0x%08x, which never come"
                        .formatted(members & warp.live & ~path.lanes));
    }
}
