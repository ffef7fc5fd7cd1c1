package xlmr.ptx.instructions;

import java.util.HashMap;
import java.util.Map;
import xlmr.ptx.machine.SharedLayout;
import xlmr.ptx.syntax.Variable;

/// Where the variables of a kernel lie, and how small its accesses to shared and global memory are.
final class Placement {
    private static final int LOCAL_UNIT = 32;

    private final Map<Variable, Long> globals;
    private final Map<Variable, Integer> parameters = new HashMap<>();
    private final Map<Variable, Integer> locals = new HashMap<>();
    private final SharedLayout shared = new SharedLayout();
    private int localBytes;
    private int smallestAccess = 4;

    /// @param globals addresses of the variables of the module in global and constant memory
    Placement(Map<Variable, Long> globals) {
        this.globals = globals;
    }

    SharedLayout shared() {
        return shared;
    }

    void placeParameter(Variable parameter, int offset) {
        parameters.put(parameter, offset);
    }

    /// The address of a variable in its own space.
    long address(Variable variable) {
        return switch (variable.space()) {
            case SHARED -> shared.offset(variable);
            case LOCAL -> locals.computeIfAbsent(variable, this::placeLocal);
            case PARAM -> {
                Integer offset = parameters.get(variable);
                if (offset == null) {
                    throw new AssertionError(variable + " is no parameter of the kernel");
                }
                yield offset;
            }
            case GLOBAL, CONST, GENERIC -> {
                Long address = globals.get(variable);
                if (address == null) {
                    throw new AssertionError(variable + " has no place");
                }
                yield address;
            }
        };
    }

    private int placeLocal(Variable variable) {
        int alignment = variable.alignment();
        int start = (localBytes + alignment - 1) / alignment * alignment;
        localBytes = start + variable.bytes();
        return start;
    }

    /// Local memory of a thread, in whole units, so that lanes keep the alignment.
    int localBytes() {
        return (localBytes + LOCAL_UNIT - 1) / LOCAL_UNIT * LOCAL_UNIT;
    }

    /// Notes an access of so many bytes.
    void access(int bytes) {
        smallestAccess = Math.min(smallestAccess, bytes);
    }

    /// Accesses have at least `1 << granuleShift` bytes.
    int granuleShift() {
        return Integer.numberOfTrailingZeros(smallestAccess);
    }
}
