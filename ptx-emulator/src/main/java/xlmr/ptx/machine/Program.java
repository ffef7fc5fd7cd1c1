package xlmr.ptx.machine;

import java.util.List;

/// A kernel, decoded for a device.
///
/// @param name of the kernel
/// @param steps its instructions; the last one ends the kernel
/// @param registers how many of each file it uses, and what is in them from the beginning
/// @param parameters sizes and offsets of its parameters, in order
/// @param parameterBytes size of the block of parameters
/// @param shared where its shared variables lie
/// @param localBytes local memory of a thread
/// @param granuleShift the smallest access to shared or global memory is of `1 << granuleShift`
///   bytes, at most 4
/// @param maximumThreads the largest block
/// @param requiredThreads the only block size allowed, or 0
public record Program(
        String name,
        Step[] steps,
        Registers registers,
        List<Parameter> parameters,
        int parameterBytes,
        SharedLayout shared,
        int localBytes,
        int granuleShift,
        int maximumThreads,
        int requiredThreads) {

    /// A parameter of a kernel.
    public record Parameter(int offset, int bytes) {}

    /// What the register files of a warp hold.
    ///
    /// @param words registers of up to 32 bits
    /// @param longs registers of 64 bits
    /// @param predicates registers of one bit
    /// @param constantWords values with their place among the words
    /// @param constantLongs values with their place among the longs
    /// @param constantPredicates true for a predicate that always holds, with its place
    /// @param specials registers that the machine fills
    /// @param names of the registers that instructions write, by their validity number
    public record Registers(
            int words,
            int longs,
            int predicates,
            List<Constant> constantWords,
            List<Constant> constantLongs,
            List<Constant> constantPredicates,
            List<Special> specials,
            List<String> names) {}

    /// A register that holds the same value in all lanes, always.
    public record Constant(int index, long value) {}

    /// A register of 32 bits that the machine fills.
    public record Special(String name, int index) {}
}
