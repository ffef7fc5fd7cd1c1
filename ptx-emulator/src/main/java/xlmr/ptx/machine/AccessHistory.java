package xlmr.ptx.machine;

/// The last readers, writers and atomic operations of every granule of a memory, for the detection
/// of races. Pages are made when they are first touched.
final class AccessHistory {
    private static final int PAGE_SHIFT = 10;
    private static final int PAGE = 1 << PAGE_SHIFT;

    /// Nothing stands against an access.
    static final long NONE = 0;

    private final int granuleShift;
    private final long[][] readers;
    private final long[][] writers;
    private final long[][] atomics;
    private final Epochs epochs;

    /// Whether the memory begins anew with every block, as shared memory does.
    private final boolean ofBlock;

    AccessHistory(int bytes, int granuleShift, Epochs epochs, boolean ofBlock) {
        this.granuleShift = granuleShift;
        this.epochs = epochs;
        this.ofBlock = ofBlock;
        int pages = (bytes >> granuleShift >> PAGE_SHIFT) + 1;
        readers = new long[pages][];
        writers = new long[pages][];
        atomics = new long[pages][];
    }

    int granuleShift() {
        return granuleShift;
    }

    private long first() {
        return ofBlock ? epochs.firstOfBlock : epochs.firstOfLaunch;
    }

    /// Notes a read; the stamp of a write or an atomic operation that it races with, or [#NONE].
    long read(int offset, int bytes, long now) {
        int end = offset + bytes - 1 >> granuleShift;
        for (int i = offset >> granuleShift; i <= end; i++) {
            int page = i >> PAGE_SHIFT;
            int slot = i & PAGE - 1;
            long against = unordered(writers[page], slot, now);
            if (against == NONE) {
                against = unordered(atomics[page], slot, now);
            }
            if (against != NONE) {
                return against;
            }
            merge(readers, page, slot, now);
        }
        return NONE;
    }

    /// Notes a write; the stamp of an access that it races with, or [#NONE]. Threads that write the
    /// value which is there already do not race with its writer.
    long write(int offset, int bytes, long now, boolean sameValue) {
        int end = offset + bytes - 1 >> granuleShift;
        for (int i = offset >> granuleShift; i <= end; i++) {
            int page = i >> PAGE_SHIFT;
            int slot = i & PAGE - 1;
            long against = unordered(readers[page], slot, now);
            if (against == NONE) {
                against = unordered(atomics[page], slot, now);
            }
            if (against == NONE && !sameValue) {
                against = unordered(writers[page], slot, now);
            }
            if (against != NONE) {
                return against;
            }
            merge(writers, page, slot, now);
        }
        return NONE;
    }

    /// Notes an atomic operation; the stamp of a plain access that it races with, or [#NONE].
    long atomic(int offset, int bytes, long now) {
        int end = offset + bytes - 1 >> granuleShift;
        for (int i = offset >> granuleShift; i <= end; i++) {
            int page = i >> PAGE_SHIFT;
            int slot = i & PAGE - 1;
            long against = unordered(readers[page], slot, now);
            if (against == NONE) {
                against = unordered(writers[page], slot, now);
            }
            if (against != NONE) {
                return against;
            }
            merge(atomics, page, slot, now);
        }
        return NONE;
    }

    /// Whether this launch wrote the place, in whatever order.
    boolean writtenInLaunch(int offset, int bytes) {
        int end = offset + bytes - 1 >> granuleShift;
        for (int i = offset >> granuleShift; i <= end; i++) {
            if (inLaunch(writers[i >> PAGE_SHIFT], i) || inLaunch(atomics[i >> PAGE_SHIFT], i)) {
                return true;
            }
        }
        return false;
    }

    private boolean inLaunch(long @org.jspecify.annotations.Nullable [] page, int granule) {
        return page != null && Stamp.epoch(page[granule & PAGE - 1]) >= first();
    }

    private long unordered(long @org.jspecify.annotations.Nullable [] page, int slot, long now) {
        if (page == null) {
            return NONE;
        }
        long earlier = page[slot];
        return earlier != now && Stamp.unordered(earlier, now, first(), epochs.firstOfBlock)
                ? earlier
                : NONE;
    }

    private void merge(long[][] pages, int page, int slot, long now) {
        long[] stamps = pages[page];
        if (stamps == null) {
            stamps = new long[PAGE];
            pages[page] = stamps;
        }
        long earlier = stamps[slot];
        if (earlier != now) {
            stamps[slot] = Stamp.merged(earlier, now, first(), epochs.firstOfBlock);
        }
    }
}
