package xlmr.ptx.machine;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/// What a launch did.
///
/// @param kernel its name
/// @param grid blocks
/// @param block threads of a block
/// @param sharedBytes shared memory of a block on a device: static and dynamic
/// @param warpInstructions instructions of warps, whatever part of their lanes took part
/// @param laneInstructions instructions of lanes
/// @param divergentBranches branches that some lanes took and others did not
/// @param barriers barriers that blocks passed
/// @param globalLoads requests of warps to read global memory
/// @param globalStores requests of warps to write it, atomic ones included
/// @param globalSectors sectors of 32 bytes that those requests touch
/// @param idealGlobalSectors sectors that as many bytes would need side by side
/// @param distinctSectorsRead sectors that are read, each counted once in the launch: what memory
///   gives at least, with the best of caches
/// @param distinctSectorsWritten sectors that are written, each counted once
/// @param globalBytesRead bytes that lanes asked for
/// @param globalBytesWritten bytes that lanes wrote
/// @param sharedRequests requests of warps to shared memory
/// @param sharedWavefronts passes over the 32 banks that they took
/// @param idealSharedWavefronts passes without any bank conflict
/// @param atomics atomic operations of lanes
/// @param exchanges shuffles, votes, matches and reductions of warps
/// @param matrixMultiplications `mma` instructions of warps
/// @param matrixOperations floating-point operations in them
/// @param bankConflicts lines of the PTX with bank conflicts, and how many wavefronts too many each
///   had
public record LaunchReport(
        String kernel,
        Dimensions grid,
        Dimensions block,
        int sharedBytes,
        long warpInstructions,
        long laneInstructions,
        long divergentBranches,
        long barriers,
        long globalLoads,
        long globalStores,
        long globalSectors,
        long idealGlobalSectors,
        long distinctSectorsRead,
        long distinctSectorsWritten,
        long globalBytesRead,
        long globalBytesWritten,
        long sharedRequests,
        long sharedWavefronts,
        long idealSharedWavefronts,
        long atomics,
        long exchanges,
        long matrixMultiplications,
        long matrixOperations,
        SortedMap<Integer, Long> bankConflicts) {

    static LaunchReport of(
            String kernel, Dimensions grid, Dimensions block, int sharedBytes, Counters counters) {
        return new LaunchReport(
                kernel,
                grid,
                block,
                sharedBytes,
                counters.warpInstructions,
                counters.laneInstructions,
                counters.divergentBranches,
                counters.barriers,
                counters.globalLoads,
                counters.globalStores,
                counters.globalSectors,
                counters.idealGlobalSectors,
                counters.distinctSectorsRead,
                counters.distinctSectorsWritten,
                counters.globalBytesRead,
                counters.globalBytesWritten,
                counters.sharedRequests,
                counters.sharedWavefronts,
                counters.idealSharedWavefronts,
                counters.atomics,
                counters.exchanges,
                counters.matrixMultiplications,
                counters.matrixOperations,
                Collections.unmodifiableSortedMap(new TreeMap<>(counters.bankConflicts)));
    }

    /// Sectors touched, as a multiple of those needed; 1 is the best.
    public double sectorOverhead() {
        return idealGlobalSectors == 0 ? 1 : (double) globalSectors / idealGlobalSectors;
    }

    /// Wavefronts of shared memory, as a multiple of those needed; 1 is the best.
    public double conflictOverhead() {
        return idealSharedWavefronts == 0 ? 1 : (double) sharedWavefronts / idealSharedWavefronts;
    }
}
