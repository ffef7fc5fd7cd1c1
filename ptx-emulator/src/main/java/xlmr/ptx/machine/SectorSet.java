package xlmr.ptx.machine;

import java.util.HashMap;
import java.util.Map;

/// Sectors of global memory that a launch has touched: what has to come from the device's memory at
/// least once, whatever its caches hold.
final class SectorSet {
    private static final int PAGE_BITS = 16;

    private final Map<Long, long[]> pages = new HashMap<>();
    private long[] page = new long[1 << PAGE_BITS - 6];
    private long pageNumber = -1;

    /// Whether the sector was not there before.
    boolean add(long sector) {
        long number = sector >>> PAGE_BITS;
        if (number != pageNumber) {
            page = pages.computeIfAbsent(number, key -> new long[1 << PAGE_BITS - 6]);
            pageNumber = number;
        }
        int place = (int) (sector & (1 << PAGE_BITS) - 1);
        long bit = 1L << (place & 63);
        boolean isNew = (page[place >> 6] & bit) == 0;
        page[place >> 6] |= bit;
        return isNew;
    }
}
