package xlmr.ptx;

import xlmr.ptx.machine.Program;

/// A kernel that a device has loaded.
///
/// @param program decoded
/// @param largestSharedBytes shared memory that a block may have on the architecture of the module
public record Kernel(Program program, int largestSharedBytes) {

    /// Its name.
    public String name() {
        return program.name();
    }

    /// Static shared memory of a block, in bytes.
    public int staticSharedBytes() {
        return program.shared().staticBytes();
    }

    /// Local memory of a thread, in bytes.
    public int localBytes() {
        return program.localBytes();
    }

    @Override
    public String toString() {
        return "kernel " + name();
    }
}
