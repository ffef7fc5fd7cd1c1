package xlmr.ptx.machine;

/// What a kernel did wrong.
public enum FaultKind {
    /// An access outside of every allocation, variable or local frame.
    OUT_OF_BOUNDS,
    /// An address that is not a multiple of the size of the access.
    MISALIGNED,
    /// A register was used that no instruction had set.
    UNINITIALIZED_REGISTER,
    /// Memory was read that nobody had written.
    UNINITIALIZED_MEMORY,
    /// Two threads of a block touched the same place without a barrier between them, and one of
    /// them wrote.
    RACE_IN_BLOCK,
    /// Two blocks of a launch touched the same place, and one of them wrote without an atomic
    /// operation.
    RACE_BETWEEN_BLOCKS,
    /// A place was read through the read-only path (`.nc`) that the same launch writes.
    STALE_READ,
    /// Memory that `cp.async` fills was used before `cp.async.wait_group`.
    UNFINISHED_COPY,
    /// A barrier was reached by some of the threads that it waits for, and not by others.
    DIVERGENT_BARRIER,
    /// An operation of a whole warp was reached by a part of it.
    PARTIAL_WARP,
    /// Threads wait for each other and nobody can go on.
    DEADLOCK,
    /// More instructions ran than the launch allows.
    TOO_LONG,
    /// The kernel asked to be stopped.
    TRAP
}
