package xlmr.ptx.machine;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/// Runs a kernel over a grid, block after block.
public final class Launch {
    private final Program program;
    private final Dimensions grid;
    private final Dimensions block;
    private final int dynamicBytes;
    private final long instructionLimit;
    private final Epochs epochs;
    private final Counters counters = new Counters();
    private final Memory memory;
    private final BlockBarrier[] barriers = new BlockBarrier[16];
    private final List<WarpExecution> warps = new ArrayList<>();
    private final int[] position = new int[3];
    private final Random order;

    /// Prepares a launch, whose sizes and parameters have been checked.
    ///
    /// @param memory global memory
    /// @param parameters the block of parameters
    /// @param seed decides in which order the warps of a block go
    /// @param instructionLimit of all warps together
    public Launch(
            Program program,
            Dimensions grid,
            Dimensions block,
            int dynamicBytes,
            byte[] parameters,
            GlobalMemory memory,
            long seed,
            long instructionLimit) {
        this.program = program;
        this.grid = grid;
        this.block = block;
        this.dynamicBytes = dynamicBytes;
        this.instructionLimit = instructionLimit;
        this.epochs = memory.epochs();
        this.order = new Random(seed);
        Region shared =
                new Region(
                        0,
                        program.shared().totalBytes(dynamicBytes),
                        program.shared().addressable(dynamicBytes),
                        true);
        Region parameterRegion =
                new Region(Memory.PARAMETER_WINDOW, parameters.length, null, false);
        parameterRegion.write(0, parameters);
        this.memory =
                new Memory(memory, shared, parameterRegion, epochs, program, new Traffic(counters));
        for (int i = 0; i < barriers.length; i++) {
            barriers[i] = new BlockBarrier(this, i);
        }
        for (int i = 0; i * 32 < block.count(); i++) {
            warps.add(new WarpExecution(this, new Warp(this, this.memory, i)));
        }
    }

    /// Runs all blocks.
    ///
    /// @throws KernelFault at the first error
    public LaunchReport run() {
        epochs.beginLaunch();
        for (position[2] = 0; position[2] < grid.z(); position[2]++) {
            for (position[1] = 0; position[1] < grid.y(); position[1]++) {
                for (position[0] = 0; position[0] < grid.x(); position[0]++) {
                    runBlock();
                }
            }
        }
        epochs.beginLaunch();
        return LaunchReport.of(
                program.name(),
                grid,
                block,
                program.shared().staticBytes() + dynamicBytes,
                counters);
    }

    private void runBlock() {
        memory.beginBlock();
        SpecialValues specials =
                new SpecialValues(
                        grid,
                        block,
                        position,
                        dynamicBytes,
                        program.shared().staticBytes() + dynamicBytes);
        for (BlockBarrier barrier : barriers) {
            barrier.begin();
        }
        for (WarpExecution warp : warps) {
            warp.begin(specials);
        }
        List<WarpExecution> running = new ArrayList<>(warps);
        while (!running.isEmpty()) {
            Collections.shuffle(running, order);
            boolean ran = false;
            for (WarpExecution warp : running) {
                if (!warp.isWaiting()) {
                    warp.run();
                    ran = true;
                }
            }
            running.removeIf(WarpExecution::isFinished);
            if (!ran) {
                throw barriers[running.getFirst().waitingBarrier()].stuck();
            }
        }
    }

    Program program() {
        return program;
    }

    Dimensions block() {
        return block;
    }

    Counters counters() {
        return counters;
    }

    Epochs epochs() {
        return epochs;
    }

    List<WarpExecution> warps() {
        return warps;
    }

    BlockBarrier barrier(int id) {
        return barriers[id];
    }

    boolean isOverLimit() {
        return counters.warpInstructions > instructionLimit;
    }

    long instructionLimit() {
        return instructionLimit;
    }

    /// The block that runs, as messages name it.
    String position() {
        return "(" + position[0] + ", " + position[1] + ", " + position[2] + ")";
    }
}
