package xlmr.ptx.machine;

/// What an instruction does, decoded: its operands are offsets into the registers of a warp.
@FunctionalInterface
public interface Operation {

    /// All 32 lanes.
    int ALL = -1;

    /// Does it for the lanes whose bits are set; at least one is.
    void run(Warp warp, int lanes);
}
