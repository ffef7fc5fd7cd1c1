package xlmr.ptx.machine;

import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The global memory of a device: allocations at addresses that are never used again, with gaps
/// between them.
public final class GlobalMemory {
    /// Where allocations begin if nobody says otherwise.
    public static final long FIRST = 0x10_0000_0000L;

    private static final long GAP = 1024;
    private static final long ALIGNMENT = 256;

    private final TreeMap<Long, Region> regions = new TreeMap<>();
    private long next;
    private long allocated;
    private final Epochs epochs = new Epochs();

    /// Memory whose allocations begin at an address.
    public GlobalMemory(long first) {
        next = first;
    }

    /// Makes an allocation whose bytes are not written yet.
    ///
    /// @throws IllegalArgumentException where the size is not between 0 and 2^31 - 64
    public Region allocate(long bytes) {
        if (bytes < 0 || bytes > Integer.MAX_VALUE - 64) {
            throw new IllegalArgumentException(
                    "an allocation has 0 to " + (Integer.MAX_VALUE - 64) + " bytes, not " + bytes);
        }
        Region region = new Region(next, (int) bytes, null, false);
        regions.put(next, region);
        next = (next + bytes + GAP + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
        allocated += bytes;
        return region;
    }

    /// Gives an allocation back; using it again is an access out of bounds.
    ///
    /// @throws IllegalArgumentException where no allocation begins there
    public void free(long address) {
        Region region = regions.remove(address);
        if (region == null) {
            throw new IllegalArgumentException(
                    "no allocation begins at 0x" + Long.toHexString(address));
        }
        region.freed = true;
        allocated -= region.size();
    }

    /// Bytes of all allocations.
    public long allocatedBytes() {
        return allocated;
    }

    /// The allocation that holds these bytes wholly, or null.
    public @Nullable Region find(long address, int bytes) {
        Map.Entry<Long, Region> entry = regions.floorEntry(address);
        if (entry == null || !entry.getValue().holds(address, bytes)) {
            return null;
        }
        return entry.getValue();
    }

    /// The clock of the device.
    Epochs epochs() {
        return epochs;
    }

    /// Where an address lies that is in no allocation.
    String describe(long address) {
        Map.Entry<Long, Region> entry = regions.floorEntry(address);
        if (entry == null) {
            return "before every allocation";
        }
        Region region = entry.getValue();
        return "at offset %d of the allocation of %d bytes at 0x%x"
                .formatted(address - region.base(), region.size(), region.base());
    }
}
