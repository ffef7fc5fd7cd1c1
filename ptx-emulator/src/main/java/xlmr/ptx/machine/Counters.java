package xlmr.ptx.machine;

import java.util.TreeMap;

/// What a launch did, counted while it runs.
public final class Counters {
    long warpInstructions;
    long laneInstructions;
    long divergentBranches;
    long barriers;
    long globalLoads;
    long globalStores;
    long globalSectors;
    long idealGlobalSectors;
    long distinctSectorsRead;
    long distinctSectorsWritten;
    long globalBytesRead;
    long globalBytesWritten;
    long sharedRequests;
    long sharedWavefronts;
    long idealSharedWavefronts;

    /// Atomic operations of lanes, on global and shared memory.
    public long atomics;

    /// Instructions in which lanes exchange values.
    public long exchanges;

    /// Matrix multiplications of a warp.
    public long matrixMultiplications;

    /// Floating-point operations in them.
    public long matrixOperations;

    /// Lines whose accesses to shared memory conflict: how many wavefronts more than needed.
    final TreeMap<Integer, Long> bankConflicts = new TreeMap<>();
}
