package xlmr.ptx.machine;

import xlmr.ptx.syntax.StateSpace;

/// Says what is wrong with an access to memory.
///
/// @param global to tell what lies near an address
/// @param epochs to tell blocks apart
/// @param sharedBytes shared memory of the block, with the gaps between variables
/// @param localBytes local memory of a thread
/// @param parameterBytes of the kernel
record AccessFaults(
        GlobalMemory global, Epochs epochs, int sharedBytes, int localBytes, int parameterBytes) {

    KernelFault outOfBounds(
            Warp warp, StateSpace space, int lane, long address, int bytes, String verb) {
        String place =
                switch (space) {
                    case GLOBAL, CONST, GENERIC -> global.describe(address);
                    case SHARED -> "of %d bytes of shared memory".formatted(sharedBytes);
                    case LOCAL -> "of %d bytes of local memory".formatted(localBytes);
                    case PARAM -> "of %d bytes of parameters".formatted(parameterBytes);
                };
        return warp.fault(
                FaultKind.OUT_OF_BOUNDS,
                lane,
                "%d bytes at %s address 0x%x are %s, out of bounds: %s"
                        .formatted(bytes, space, address, verb, place));
    }

    static KernelFault misaligned(Warp warp, int lane, long address, int bytes, String verb) {
        return warp.fault(
                FaultKind.MISALIGNED,
                lane,
                "%d bytes at 0x%x are %s, which is not a multiple of %d"
                        .formatted(bytes, address, verb, bytes));
    }

    KernelFault race(
            Warp warp, int lane, long against, String what, int bytes, long address, String other) {
        boolean inBlock = Stamp.epoch(against) >= epochs.firstOfBlock;
        String who =
                inBlock
                        ? (Stamp.isMany(against) ? "several threads, one of them " : "thread ")
                                + Stamp.thread(against)
                                + ", with no barrier between"
                        : "another block of this launch";
        return warp.fault(
                inBlock ? FaultKind.RACE_IN_BLOCK : FaultKind.RACE_BETWEEN_BLOCKS,
                lane,
                "race: %s %d bytes at 0x%x that were %s by %s"
                        .formatted(what, bytes, address, other, who));
    }
}
