package xlmr.ptx;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import xlmr.ptx.machine.Dimensions;
import xlmr.ptx.syntax.PtxModule;

/// Runs a few lines of PTX on many operands: the lines set `d` from `a`, `b`, `c`, `e`; `p` and `q`
/// are predicates.
final class OneInstruction {
    private static final String NAMES = "abce";

    private final String kernel;
    private final int inputs;

    /// @param resultType type of `d`, such as `b32`
    /// @param types of the operands, in order
    OneInstruction(String lines, String resultType, String... types) {
        this.inputs = types.length;
        StringBuilder text = new StringBuilder();
        text.append(".version 8.0\n.target sm_90\n.address_size 64\n.visible .entry run(");
        for (int i = 0; i <= types.length; i++) {
            text.append(i == 0 ? "" : ", ").append(".param .u64 in").append(i);
        }
        text.append(
                ", .param .u32 n) {\n"
                        + ".reg .b64 x, w;\n"
                        + ".reg .b32 t, s, m;\n"
                        + ".reg .pred p, q, done;\n");
        text.append(".reg .%s d;\n".formatted(resultType));
        for (int i = 0; i < types.length; i++) {
            text.append(".reg .%s %c;\n".formatted(types[i], NAMES.charAt(i)));
        }
        text.append("mov.u32 t, %tid.x; mov.u32 s, %ctaid.x; mad.lo.s32 t, s, 32, t;\n");
        text.append("ld.param.u32 m, [n]; setp.ge.u32 done, t, m; @done bra END;\n");
        text.append("mul.wide.u32 w, t, 8;\n");
        for (int i = 0; i < types.length; i++) {
            text.append("ld.param.u64 x, [in%d]; add.s64 x, x, w; ".formatted(i));
            text.append("ld.global.b%s %c, [x];\n".formatted(bits(types[i]), NAMES.charAt(i)));
        }
        text.append(
                "mov.b%s d, 0;\n"
                        .formatted(bits(resultType).equals("16") ? "16" : bits(resultType)));
        text.append(lines);
        text.append("\nld.param.u64 x, [in%d]; add.s64 x, x, w; ".formatted(types.length));
        text.append("st.global.b%s [x], d;\nEND: ret;\n}\n".formatted(bits(resultType)));
        this.kernel = text.toString();
    }

    private static String bits(String type) {
        return type.substring(1);
    }

    /// The results, a lane after the other; those of less than 64 bits without sign.
    long[] run(long[]... operands) {
        if (operands.length != inputs) {
            throw new IllegalArgumentException("expected " + inputs + " operands");
        }
        int n = operands[0].length;
        Device device = new Device();
        Object[] arguments = new Object[inputs + 2];
        for (int i = 0; i < inputs; i++) {
            DeviceBuffer buffer = device.allocate(8L * n);
            ByteBuffer bytes = ByteBuffer.allocate(8 * n).order(ByteOrder.LITTLE_ENDIAN);
            bytes.asLongBuffer().put(operands[i]);
            buffer.write(0, bytes.array());
            arguments[i] = buffer;
        }
        DeviceBuffer out = device.allocate(8L * n);
        out.fill(0);
        arguments[inputs] = out;
        arguments[inputs + 1] = n;
        Kernel run = device.load(PtxModule.parse(kernel)).kernel("run");
        device.launch(run, Dimensions.of((n + 31) / 32), Dimensions.of(32), 0, arguments);
        long[] results = new long[n];
        ByteBuffer.wrap(out.read(0, 8 * n))
                .order(ByteOrder.LITTLE_ENDIAN)
                .asLongBuffer()
                .get(results);
        return results;
    }
}
