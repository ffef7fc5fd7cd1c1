package xlmr.ptx.instructions;

import xlmr.ptx.machine.Warp;
import xlmr.ptx.syntax.Operand;
import xlmr.ptx.syntax.StateSpace;

/// `[register + offset]` or `[variable + offset]`, decoded.
final class AddressOperand {
    private final int base;
    private final boolean wide;
    private final long offset;
    private final StateSpace space;
    private final boolean uniform;

    private AddressOperand(int base, boolean wide, long offset, StateSpace space, boolean uniform) {
        this.base = base;
        this.wide = wide;
        this.offset = offset;
        this.space = space;
        this.uniform = uniform;
    }

    /// Decodes an operand in brackets.
    ///
    /// @param written the state space that the instruction names
    static AddressOperand of(StepBuilder builder, Operand operand, StateSpace written) {
        if (!(operand instanceof Operand.Address(Operand base, long offset))) {
            throw builder.refusal("expected an address in brackets, found " + operand);
        }
        StateSpace space = written;
        if (base instanceof Operand.Reference reference) {
            // Parameters of functions that were expanded into the kernel lie in local memory.
            StateSpace declared = reference.variable().space();
            if (written == StateSpace.PARAM && declared == StateSpace.LOCAL) {
                space = StateSpace.LOCAL;
            } else if (written != declared) {
                throw builder.refusal(reference + " lies in ." + declared + " memory");
            }
        }
        boolean isRegister32 = base instanceof Operand.Register && !StepBuilder.isWide(base);
        return new AddressOperand(
                isRegister32 ? builder.word(base) : builder.wide(base),
                !isRegister32,
                offset,
                space,
                base instanceof Operand.Reference);
    }

    /// The space that it goes to.
    StateSpace space() {
        return space;
    }

    /// Whether it is the same in all lanes.
    boolean isUniform() {
        return uniform;
    }

    /// Puts the addresses of some lanes into the warp.
    void resolve(Warp warp, int lanes) {
        long[] addresses = warp.addresses;
        if (wide) {
            long[] r = warp.longs;
            for (int left = lanes; left != 0; left &= left - 1) {
                int lane = Integer.numberOfTrailingZeros(left);
                addresses[lane] = r[base + lane] + offset;
            }
            return;
        }
        int[] r = warp.words;
        for (int left = lanes; left != 0; left &= left - 1) {
            int lane = Integer.numberOfTrailingZeros(left);
            addresses[lane] = (r[base + lane] & 0xffffffffL) + offset;
        }
    }
}
