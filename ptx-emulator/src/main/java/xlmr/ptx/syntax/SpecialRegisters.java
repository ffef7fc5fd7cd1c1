package xlmr.ptx.syntax;

import java.util.Set;

/// The registers that the machine fills and the emulator knows. Clocks are not among them: what
/// they show on a real device cannot be foretold.
final class SpecialRegisters {
    static final Set<String> NAMES =
            Set.of(
                    "%tid.x",
                    "%tid.y",
                    "%tid.z",
                    "%ntid.x",
                    "%ntid.y",
                    "%ntid.z",
                    "%ctaid.x",
                    "%ctaid.y",
                    "%ctaid.z",
                    "%nctaid.x",
                    "%nctaid.y",
                    "%nctaid.z",
                    "%laneid",
                    "%warpid",
                    "%nwarpid",
                    "%lanemask_eq",
                    "%lanemask_le",
                    "%lanemask_lt",
                    "%lanemask_ge",
                    "%lanemask_gt",
                    "%dynamic_smem_size",
                    "%total_smem_size");

    private SpecialRegisters() {}
}
