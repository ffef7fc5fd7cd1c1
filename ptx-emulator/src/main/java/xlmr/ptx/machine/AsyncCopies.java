package xlmr.ptx.machine;

import java.util.ArrayList;
import java.util.List;

/// Copies from global to shared memory that a warp has begun with `cp.async`. Groups are counted
/// for each lane.
public final class AsyncCopies {
    private record Copy(int lane, int group, int target, int bytes) {}

    private final List<Copy> underWay = new ArrayList<>();

    /// The group that the next copy of a lane belongs to.
    private final int[] groups = new int[32];

    AsyncCopies() {}

    void clear() {
        underWay.clear();
        java.util.Arrays.fill(groups, 0);
    }

    /// Begins a copy of 4, 8 or 16 bytes; those beyond `sourceBytes` become zero.
    public void begin(Warp warp, int lane, long target, long source, int bytes, int sourceBytes) {
        warp.memory().beginCopy(warp, lane, target, source, bytes, sourceBytes);
        underWay.add(new Copy(lane, groups[lane], (int) target, bytes));
    }

    /// Closes the group of copies that lanes have begun.
    public void commit(int lanes) {
        for (int lane = 0; lane < 32; lane++) {
            groups[lane] += lanes >>> lane & 1;
        }
    }

    /// Waits until no more than `pending` of the last groups of a lane are under way.
    public void await(Warp warp, int lanes, int pending) {
        end(warp, lanes, -pending);
    }

    /// Waits for all copies, committed or not.
    public void awaitAll(Warp warp, int lanes) {
        commit(lanes);
        end(warp, lanes, 0);
    }

    private void end(Warp warp, int lanes, int last) {
        underWay.removeIf(
                copy -> {
                    int lane = copy.lane();
                    boolean ends = (lanes >>> lane & 1) != 0 && copy.group() < groups[lane] + last;
                    if (ends) {
                        warp.memory().endCopy(warp, lane, copy.target(), copy.bytes());
                    }
                    return ends;
                });
    }
}
