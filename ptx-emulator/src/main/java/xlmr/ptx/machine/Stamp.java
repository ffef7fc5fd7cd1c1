package xlmr.ptx.machine;

/// Who touched a place, and when, in 64 bits: the epoch (32 bits), the warp's own epoch (18), the
/// thread in its block (10), and flags. An epoch begins with a block and at every barrier of it,
/// and no two blocks share one; a warp's own epoch begins at `bar.warp.sync`. Two threads of a
/// block are ordered if their epochs differ; two of a warp also if the warp's epochs differ.
final class Stamp {
    /// Several lanes of the warp, at the same time.
    private static final long MANY_LANES = 1;

    /// Several warps of the block.
    private static final long MANY_WARPS = 2;

    /// Several blocks of the launch.
    private static final long MANY_BLOCKS = 4;

    private static final int WARP_EPOCH_MASK = (1 << 18) - 1;

    private Stamp() {}

    static long of(long epoch, int warpEpoch, int thread) {
        return epoch << 32 | (long) (warpEpoch & WARP_EPOCH_MASK) << 14 | (long) thread << 4;
    }

    static long epoch(long stamp) {
        return stamp >>> 32;
    }

    static int thread(long stamp) {
        return (int) (stamp >>> 4) & 1023;
    }

    private static int warp(long stamp) {
        return (int) (stamp >>> 9) & 31;
    }

    private static int warpEpoch(long stamp) {
        return (int) (stamp >>> 14) & WARP_EPOCH_MASK;
    }

    /// Whether a stamp tells of several threads, so that [#thread] is only one of them.
    static boolean isMany(long stamp) {
        return (stamp & 7) != 0;
    }

    /// Whether an earlier access and one that is made now have no order.
    static boolean unordered(long earlier, long now, long firstOfLaunch, long firstOfBlock) {
        long epoch = epoch(earlier);
        if (epoch < firstOfLaunch) {
            return false;
        }
        if ((earlier & MANY_BLOCKS) != 0 || epoch < firstOfBlock) {
            return true;
        }
        if (epoch != epoch(now)) {
            return false;
        }
        if ((earlier & MANY_WARPS) != 0 || warp(earlier) != warp(now)) {
            return true;
        }
        if (warpEpoch(earlier) != warpEpoch(now)) {
            return false;
        }
        return (earlier & MANY_LANES) != 0 || thread(earlier) != thread(now);
    }

    /// The stamp of a place after an access that is allowed beside the earlier ones.
    static long merged(long earlier, long now, long firstOfLaunch, long firstOfBlock) {
        long epoch = epoch(earlier);
        if (epoch < firstOfLaunch) {
            return now;
        }
        if ((earlier & MANY_BLOCKS) != 0) {
            return earlier;
        }
        if (epoch < firstOfBlock) {
            return now | MANY_BLOCKS;
        }
        if (epoch != epoch(now)) {
            return now;
        }
        if ((earlier & MANY_WARPS) != 0) {
            return earlier;
        }
        if (warp(earlier) != warp(now)) {
            return now | MANY_WARPS;
        }
        if (warpEpoch(earlier) != warpEpoch(now)) {
            return now;
        }
        return (earlier & MANY_LANES) != 0 || thread(earlier) != thread(now)
                ? now | MANY_LANES
                : now;
    }
}
