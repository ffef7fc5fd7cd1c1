package xlmr.ptx.machine;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import xlmr.ptx.syntax.Variable;

/// Where the shared variables of a kernel lie. Between variables lie 128 bytes that belong to
/// nobody, so that an overrun is seen; as that is the width of all banks, it changes no bank
/// conflict within a variable.
public final class SharedLayout {
    private static final int GAP = 128;

    private record Zone(int start, int end) {}

    private final Map<Variable, Integer> offsets = new LinkedHashMap<>();
    private final List<Zone> zones = new ArrayList<>();
    private int end;
    private int staticBytes;
    private boolean hasDynamic;
    private int dynamicAlignment = 16;

    /// The place of a variable, which gets one on first use.
    public int offset(Variable variable) {
        if (variable.isDynamic()) {
            hasDynamic = true;
            dynamicAlignment = Math.max(dynamicAlignment, variable.alignment());
            return dynamicOffset();
        }
        Integer known = offsets.get(variable);
        if (known != null) {
            return known;
        }
        int alignment = Math.max(GAP, variable.alignment());
        int start = roundUp(end, alignment);
        offsets.put(variable, start);
        zones.add(new Zone(start, start + variable.bytes()));
        staticBytes = roundUp(staticBytes, variable.alignment()) + variable.bytes();
        end = start + variable.bytes() + GAP;
        return start;
    }

    /// Where dynamic shared memory begins. Static variables must have got their places before.
    public int dynamicOffset() {
        return roundUp(end, Math.max(GAP, dynamicAlignment));
    }

    /// Bytes that the static variables take on a device, without the gaps.
    public int staticBytes() {
        return staticBytes;
    }

    /// Whether the kernel has dynamic shared memory.
    public boolean hasDynamic() {
        return hasDynamic;
    }

    /// Bytes with all gaps, for a launch with so many dynamic bytes.
    int totalBytes(int dynamicBytes) {
        return hasDynamic ? dynamicOffset() + dynamicBytes : end;
    }

    /// The bytes that belong to a variable.
    Bits addressable(int dynamicBytes) {
        Bits bits = new Bits(totalBytes(dynamicBytes));
        for (Zone zone : zones) {
            bits.setRange(zone.start(), zone.end());
        }
        if (hasDynamic) {
            bits.setRange(dynamicOffset(), dynamicOffset() + dynamicBytes);
        }
        return bits;
    }

    private static int roundUp(int value, int multiple) {
        return (value + multiple - 1) / multiple * multiple;
    }
}
