package xlmr.ptx;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import xlmr.ptx.machine.Program;

/// Packs the arguments of a launch into the block of parameters, and checks that they fit.
final class Arguments {
    private Arguments() {}

    static byte[] pack(Program program, Object... arguments) {
        List<Program.Parameter> parameters = program.parameters();
        if (arguments.length != parameters.size()) {
            throw new IllegalArgumentException(
                    "%s has %d parameters, not %d"
                            .formatted(program.name(), parameters.size(), arguments.length));
        }
        ByteBuffer block =
                ByteBuffer.allocate(program.parameterBytes()).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < arguments.length; i++) {
            byte[] bytes = bytes(program, i, arguments[i]);
            Program.Parameter parameter = parameters.get(i);
            if (bytes.length != parameter.bytes()) {
                throw new IllegalArgumentException(
                        "parameter %d of %s has %d bytes, the argument %s has %d"
                                .formatted(
                                        i,
                                        program.name(),
                                        parameter.bytes(),
                                        arguments[i],
                                        bytes.length));
            }
            block.put(parameter.offset(), bytes);
        }
        return block.array();
    }

    private static byte[] bytes(Program program, int index, Object argument) {
        ByteBuffer value = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
        switch (argument) {
            case DeviceBuffer buffer -> value.putLong(buffer.address());
            case Long number -> value.putLong(number);
            case Integer number -> value.putInt(number);
            case Short number -> value.putShort(number);
            case Byte number -> value.put(number);
            case Float number -> value.putFloat(number);
            case Double number -> value.putDouble(number);
            case byte[] bytes -> {
                return bytes;
            }
            default ->
                    throw new IllegalArgumentException(
                            "argument %d of %s is a %s; buffers, numbers and byte[] are possible"
                                    .formatted(
                                            index,
                                            program.name(),
                                            argument.getClass().getSimpleName()));
        }
        return java.util.Arrays.copyOf(value.array(), value.position());
    }
}
