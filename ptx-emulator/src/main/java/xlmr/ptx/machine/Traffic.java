package xlmr.ptx.machine;

/// Counts what a request of a warp costs: sectors of global memory, passes over the banks of shared
/// memory.
final class Traffic {
    private static final int BANKS = 32;

    private final Counters counters;
    private final long[] sectors = new long[64];
    private final SectorSet sectorsRead = new SectorSet();
    private final SectorSet sectorsWritten = new SectorSet();
    private final int[] bankCounts = new int[BANKS];
    private final int[] bankWords = new int[BANKS * BANKS];

    Traffic(Counters counters) {
        this.counters = counters;
    }

    /// A request of some lanes for so many bytes each.
    void global(long[] addresses, int lanes, int bytes, boolean writes) {
        int found = 0;
        int active = 0;
        long previous = -1;
        for (int left = lanes; left != 0; left &= left - 1) {
            long sector = addresses[Integer.numberOfTrailingZeros(left)] >>> 5;
            active++;
            if (sector != previous && !contains(found, sector)) {
                sectors[found++] = sector;
            }
            previous = sector;
        }
        long asked = (long) active * bytes;
        counters.globalSectors += found;
        counters.idealGlobalSectors += Math.max(1, Math.min(found, (asked + 31) / 32));
        if (writes) {
            counters.globalStores++;
            counters.globalBytesWritten += asked;
            counters.distinctSectorsWritten += newSectors(sectorsWritten, found);
        } else {
            counters.globalLoads++;
            counters.globalBytesRead += asked;
            counters.distinctSectorsRead += newSectors(sectorsRead, found);
        }
    }

    private int newSectors(SectorSet known, int found) {
        int count = 0;
        for (int i = 0; i < found; i++) {
            count += known.add(sectors[i]) ? 1 : 0;
        }
        return count;
    }

    private boolean contains(int found, long sector) {
        for (int i = found - 1; i >= 0; i--) {
            if (sectors[i] == sector) {
                return true;
            }
        }
        return false;
    }

    /// A request of some lanes for so many bytes each. Accesses of 8 and 16 bytes go in 2 and 4
    /// parts of the warp.
    void shared(long[] addresses, int lanes, int bytes, int line) {
        counters.sharedRequests++;
        int lanesAtOnce = bytes >= 16 ? 8 : bytes == 8 ? 16 : 32;
        for (int first = 0; first < 32; first += lanesAtOnce) {
            int part = lanesAtOnce == 32 ? lanes : lanes & ((1 << lanesAtOnce) - 1) << first;
            if (part != 0) {
                pass(addresses, part, bytes, line);
            }
        }
    }

    /// Eight rows of 16 bytes, as `ldmatrix` reads them at once.
    void matrixRows(long[] addresses, int firstLane, int line) {
        pass(addresses, 0xff << firstLane, 16, line);
    }

    /// A new request to shared memory, where [#matrixRows] counts its parts.
    void sharedRequest() {
        counters.sharedRequests++;
    }

    private void pass(long[] addresses, int lanes, int bytes, int line) {
        int wavefronts =
                inOneRow(addresses, lanes, bytes) ? 1 : wavefronts(addresses, lanes, bytes);
        counters.sharedWavefronts += wavefronts;
        counters.idealSharedWavefronts++;
        if (wavefronts > 1) {
            counters.bankConflicts.merge(line, wavefronts - 1L, Long::sum);
        }
    }

    /// Whether everything lies in one row of the banks, as it does where lanes read side by side.
    private static boolean inOneRow(long[] addresses, int lanes, int bytes) {
        long lowest = Long.MAX_VALUE;
        long highest = Long.MIN_VALUE;
        for (int left = lanes; left != 0; left &= left - 1) {
            long address = addresses[Integer.numberOfTrailingZeros(left)];
            lowest = Math.min(lowest, address);
            highest = Math.max(highest, address);
        }
        return highest + bytes - (lowest & ~3L) <= 4 * BANKS;
    }

    /// The most different words that a bank has to give.
    private int wavefronts(long[] addresses, int lanes, int bytes) {
        java.util.Arrays.fill(bankCounts, 0);
        int most = 1;
        for (int left = lanes; left != 0; left &= left - 1) {
            long address = addresses[Integer.numberOfTrailingZeros(left)];
            for (int word = (int) (address >>> 2);
                    word <= (int) (address + bytes - 1 >>> 2);
                    word++) {
                int bank = word & BANKS - 1;
                int count = bankCounts[bank];
                int known = 0;
                while (known < count && bankWords[bank * BANKS + known] != word) {
                    known++;
                }
                if (known == count) {
                    bankWords[bank * BANKS + count] = word;
                    bankCounts[bank] = count + 1;
                    most = Math.max(most, count + 1);
                }
            }
        }
        return most;
    }
}
