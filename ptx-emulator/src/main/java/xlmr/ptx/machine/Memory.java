package xlmr.ptx.machine;

import org.jspecify.annotations.Nullable;
import xlmr.ptx.syntax.StateSpace;

/// All memory that a block sees, with every check: that a place is there, aligned, written, not
/// being filled by an asynchronous copy, and not in a race.
public final class Memory {
    /// Generic addresses of the shared memory of the block begin here.
    public static final long SHARED_WINDOW = 1L << 48;

    /// Generic addresses of the local memory of a thread begin here.
    public static final long LOCAL_WINDOW = 2L << 48;

    /// Generic addresses of the parameters of the kernel begin here.
    public static final long PARAMETER_WINDOW = 3L << 48;

    private final GlobalMemory global;
    private final Region shared;
    private final Region parameters;
    private final Epochs epochs;
    private final int granuleShift;
    private final int localBytes;
    private final Traffic traffic;
    private final AccessFaults faults;
    private int copiesUnderWay;

    /// Where the place that was found last begins in its region.
    private int offset;

    Memory(
            GlobalMemory global,
            Region shared,
            Region parameters,
            Epochs epochs,
            Program program,
            Traffic traffic) {
        this.global = global;
        this.shared = shared;
        this.parameters = parameters;
        this.epochs = epochs;
        this.granuleShift = program.granuleShift();
        this.localBytes = program.localBytes();
        this.traffic = traffic;
        this.faults =
                new AccessFaults(global, epochs, shared.size(), localBytes, parameters.size());
    }

    /// A new block: shared memory is unwritten again.
    void beginBlock() {
        shared.initialized.clearAll();
        if (copiesUnderWay > 0 && shared.filling != null) {
            java.util.Arrays.fill(shared.filling, 0);
            copiesUnderWay = 0;
        }
        epochs.beginBlock();
    }

    /// Counts a request of a warp, whose addresses are in it already.
    ///
    /// @param bytes of each lane
    public void count(Warp warp, StateSpace space, int lanes, int bytes, boolean writes) {
        StateSpace actual = space;
        if (space == StateSpace.GENERIC) {
            actual = spaceOf(warp.addresses[Integer.numberOfTrailingZeros(lanes)]);
        }
        if (actual == StateSpace.GLOBAL) {
            traffic.global(warp.addresses, lanes, bytes, writes);
        } else if (actual == StateSpace.SHARED) {
            traffic.shared(warp.addresses, lanes, bytes, warp.line());
        }
    }

    /// Counts the eight rows that `ldmatrix` reads for one matrix; their addresses are in the warp.
    public void countMatrixRows(Warp warp, int firstLane) {
        if (firstLane == 0) {
            traffic.sharedRequest();
        }
        traffic.matrixRows(warp.addresses, firstLane, warp.line());
    }

    private static StateSpace spaceOf(long genericAddress) {
        return switch ((int) (genericAddress >>> 48)) {
            case 1 -> StateSpace.SHARED;
            case 2 -> StateSpace.LOCAL;
            case 3 -> StateSpace.PARAM;
            default -> StateSpace.GLOBAL;
        };
    }

    /// Loads `count` values of `size` bytes each that lie side by side.
    ///
    /// @param readOnlyPath whether the place must not be written in the whole launch
    ///   (`ld.global.nc`)
    public void load(
            Warp warp,
            StateSpace space,
            int lane,
            long address,
            int size,
            int count,
            boolean readOnlyPath,
            long[] values) {
        int bytes = size * count;
        Region region = find(warp, space, lane, address, bytes, "read");
        int at = offset;
        checkReadable(warp, lane, region, at, bytes, address);
        if (isRaced(region)) {
            AccessHistory history = region.historyOf(granuleShift, epochs);
            if (readOnlyPath && history.writtenInLaunch(at, bytes)) {
                throw warp.fault(
                        FaultKind.STALE_READ,
                        lane,
                        "%d bytes at 0x%x are read through the read-only path, but this launch writes them"
                                .formatted(bytes, address));
            }
            long against = history.read(at, bytes, warp.stamp(lane));
            if (against != AccessHistory.NONE) {
                throw faults.race(warp, lane, against, "read of", bytes, address, "written");
            }
        }
        for (int i = 0; i < count; i++) {
            values[i] = region.get(at + i * size, size);
        }
    }

    /// Stores values of `size` bytes each side by side.
    public void store(
            Warp warp,
            StateSpace space,
            int lane,
            long address,
            int size,
            int count,
            long[] values) {
        int bytes = size * count;
        Region region = find(warp, space, lane, address, bytes, "written");
        int at = offset;
        if (region == parameters) {
            throw warp.fault(
                    FaultKind.OUT_OF_BOUNDS, lane, "parameters of a kernel cannot be written");
        }
        if (isRaced(region)) {
            checkNotFilling(warp, lane, region, at, bytes, address);
            boolean same = region.initialized.allSet(at, bytes);
            for (int i = 0; same && i < count; i++) {
                same =
                        region.get(at + i * size, size)
                                == (size == 8 ? values[i] : values[i] & (1L << 8 * size) - 1);
            }
            noteWrite(warp, lane, region, at, bytes, address, same);
        }
        for (int i = 0; i < count; i++) {
            region.put(at + i * size, size, values[i]);
        }
        region.initialized.set(at, bytes);
    }

    /// Finds the place of an atomic operation, so that [Place#get] and [Place#put] can be used on
    /// it.
    public Place atomic(Warp warp, StateSpace space, int lane, long address, int bytes) {
        Region region = find(warp, space, lane, address, bytes, "changed");
        int at = offset;
        checkReadable(warp, lane, region, at, bytes, address);
        if (isRaced(region)) {
            long against =
                    region.historyOf(granuleShift, epochs).atomic(at, bytes, warp.stamp(lane));
            if (against != AccessHistory.NONE) {
                throw faults.race(
                        warp, lane, against, "atomic operation on", bytes, address, "used plainly");
            }
        }
        return new Place(region, at, bytes);
    }

    /// A place of an atomic operation.
    public record Place(Region region, int offset, int bytes) {
        /// What is there.
        public long get() {
            return region.get(offset, bytes);
        }

        /// Puts something there.
        public void put(long value) {
            region.put(offset, bytes, value);
        }
    }

    /// Begins to copy from global to shared memory; what is beyond `sourceBytes` becomes zero.
    void beginCopy(Warp warp, int lane, long target, long source, int bytes, int sourceBytes) {
        Region to = find(warp, StateSpace.SHARED, lane, target, bytes, "written");
        int at = offset;
        checkNotFilling(warp, lane, to, at, bytes, target);
        noteWrite(warp, lane, to, at, bytes, target, false);
        for (int i = 0; i < bytes; i++) {
            to.put(at + i, 1, 0);
        }
        if (sourceBytes > 0) {
            copyFrom(warp, lane, to, at, source, bytes, sourceBytes);
        }
        fill(at, bytes, warp.line());
    }

    private void copyFrom(
            Warp warp, int lane, Region to, int at, long source, int bytes, int sourceBytes) {
        Region from =
                find(
                        warp,
                        StateSpace.GLOBAL,
                        lane,
                        source,
                        sourceBytes == bytes ? bytes : 1,
                        "read");
        int begin = offset;
        if (!from.holds(source, sourceBytes)) {
            throw faults.outOfBounds(warp, StateSpace.GLOBAL, lane, source, sourceBytes, "read");
        }
        if ((source & bytes - 1) != 0) {
            throw AccessFaults.misaligned(warp, lane, source, bytes, "read");
        }
        if (!from.initialized.rangeSet(begin, begin + sourceBytes)) {
            throw warp.fault(
                    FaultKind.UNINITIALIZED_MEMORY,
                    lane,
                    "%d bytes at 0x%x are read that were never written"
                            .formatted(sourceBytes, source));
        }
        long against =
                from.historyOf(granuleShift, epochs).read(begin, sourceBytes, warp.stamp(lane));
        if (against != AccessHistory.NONE) {
            throw faults.race(warp, lane, against, "read of", sourceBytes, source, "written");
        }
        System.arraycopy(from.bytes, begin, to.bytes, at, sourceBytes);
    }

    private void fill(int at, int bytes, int line) {
        int[] filling = shared.filling;
        if (filling != null) {
            for (int word = at >> 2; word < at + bytes >> 2; word++) {
                copiesUnderWay += filling[word] == 0 ? 1 : 0;
                copiesUnderWay -= line == 0 ? 1 : 0;
                filling[word] = line;
            }
        }
    }

    /// Ends a copy: from now on the thread that began it may use the bytes, and others after a
    /// barrier.
    void endCopy(Warp warp, int lane, int target, int bytes) {
        int[] filling = shared.filling;
        if (filling != null) {
            for (int word = target >> 2; word < target + bytes >> 2; word++) {
                filling[word] = 0;
                copiesUnderWay--;
            }
        }
        shared.initialized.set(target, bytes);
        noteWrite(warp, lane, shared, target, bytes, target, false);
    }

    private void noteWrite(
            Warp warp, int lane, Region region, int at, int bytes, long address, boolean same) {
        long against =
                region.historyOf(granuleShift, epochs).write(at, bytes, warp.stamp(lane), same);
        if (against != AccessHistory.NONE) {
            throw faults.race(warp, lane, against, "write of", bytes, address, "used");
        }
    }

    /// Local memory and parameters belong to a thread alone or are never written.
    private boolean isRaced(Region region) {
        return region != parameters && region.base != LOCAL_WINDOW;
    }

    private void checkReadable(
            Warp warp, int lane, Region region, int at, int bytes, long address) {
        if (!region.initialized.allSet(at, bytes)) {
            checkNotFilling(warp, lane, region, at, bytes, address);
            throw warp.fault(
                    FaultKind.UNINITIALIZED_MEMORY,
                    lane,
                    "%d bytes at 0x%x are read that were never written".formatted(bytes, address));
        }
        if (copiesUnderWay > 0) {
            checkNotFilling(warp, lane, region, at, bytes, address);
        }
    }

    private static void checkNotFilling(
            Warp warp, int lane, Region region, int at, int bytes, long address) {
        int[] filling = region.filling;
        if (filling == null) {
            return;
        }
        for (int word = at >> 2; word <= at + bytes - 1 >> 2; word++) {
            if (filling[word] != 0) {
                throw warp.fault(
                        FaultKind.UNFINISHED_COPY,
                        lane,
                        "%d bytes at shared address 0x%x are used while the cp.async of line %d fills them; cp.async.wait_group is missing"
                                .formatted(bytes, address, filling[word]));
            }
        }
    }

    /// The region of a place; its offset is left in [#offset].
    private Region find(
            Warp warp, StateSpace space, int lane, long address, int bytes, String verb) {
        return switch (space) {
            case GENERIC -> findGeneric(warp, lane, address, bytes, verb);
            case GLOBAL, CONST -> {
                Region region = warp.current.lastRegion;
                if (region == null || region.freed || !region.holds(address, bytes)) {
                    region = global.find(address, bytes);
                    if (region == null) {
                        throw faults.outOfBounds(warp, space, lane, address, bytes, verb);
                    }
                    warp.current.lastRegion = region;
                }
                if ((address & bytes - 1) != 0) {
                    throw AccessFaults.misaligned(warp, lane, address, bytes, verb);
                }
                offset = (int) (address - region.base);
                yield region;
            }
            case SHARED -> {
                @Nullable Bits addressable = shared.addressable;
                if (address < 0 || address > shared.size() - bytes) {
                    throw faults.outOfBounds(warp, space, lane, address, bytes, verb);
                }
                if ((address & bytes - 1) != 0) {
                    throw AccessFaults.misaligned(warp, lane, address, bytes, verb);
                }
                if (addressable != null && !addressable.allSet((int) address, bytes)) {
                    throw faults.outOfBounds(warp, space, lane, address, bytes, verb);
                }
                offset = (int) address;
                yield shared;
            }
            case LOCAL -> local(warp, lane, address, bytes, verb);
            case PARAM -> {
                if (address < 0 || address > parameters.size() - bytes) {
                    throw faults.outOfBounds(warp, space, lane, address, bytes, verb);
                }
                if ((address & bytes - 1) != 0) {
                    throw AccessFaults.misaligned(warp, lane, address, bytes, verb);
                }
                offset = (int) address;
                yield parameters;
            }
        };
    }

    private Region findGeneric(Warp warp, int lane, long address, int bytes, String verb) {
        StateSpace space = spaceOf(address);
        long inSpace = space == StateSpace.GLOBAL ? address : address & SHARED_WINDOW - 1;
        return find(warp, space, lane, inSpace, bytes, verb);
    }

    private Region local(Warp warp, int lane, long address, int bytes, String verb) {
        if (address < 0 || address > localBytes - bytes) {
            throw faults.outOfBounds(warp, StateSpace.LOCAL, lane, address, bytes, verb);
        }
        if ((address & bytes - 1) != 0) {
            throw AccessFaults.misaligned(warp, lane, address, bytes, verb);
        }
        offset = lane * localBytes + (int) address;
        return warp.local;
    }
}
