package xlmr.golden;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// An ONNX file read back, field by field, by the numbers of onnx.proto3.
final class OnnxModel {
    static final int FLOAT = 1;
    static final int INT64 = 7;
    static final int FLOAT16 = 10;

    /// One node; attributes as numbers, whatever their type.
    record Node(
            String name,
            String operator,
            List<String> inputs,
            List<String> outputs,
            Map<String, double[]> attributes) {}

    /// A constant; where its bytes lie elsewhere, in which file and from where.
    record Constant(
            String name, int type, int[] shape, byte[] bytes, String location, long offset) {
        double[] values() {
            ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
            int size = type == FLOAT ? 4 : type == INT64 ? 8 : 2;
            double[] values = new double[bytes.length / size];
            for (int i = 0; i < values.length; i++) {
                values[i] =
                        switch (type) {
                            case FLOAT -> buffer.getFloat();
                            case INT64 -> buffer.getLong();
                            case FLOAT16 -> Float.float16ToFloat(buffer.getShort());
                            default -> throw new AssertionError("type " + type);
                        };
            }
            return values;
        }
    }

    /// Name, type and axes of an input, an output, or an array inside.
    record Value(String name, int type, List<String> axes) {}

    final List<Node> nodes = new ArrayList<>();
    final List<Constant> constants = new ArrayList<>();
    final List<Value> inputs = new ArrayList<>();
    final List<Value> outputs = new ArrayList<>();
    final List<Value> described = new ArrayList<>();
    long irVersion;
    long operatorSet;

    private final Path directory;

    private OnnxModel(Path directory) {
        this.directory = directory;
    }

    static OnnxModel read(Path file) throws IOException {
        OnnxModel model = new OnnxModel(file.resolveSibling(""));
        message(
                CodedInputStream.newInstance(Files.readAllBytes(file)),
                (field, in) -> {
                    switch (field) {
                        case 1 -> model.irVersion = in.readInt64();
                        case 7 -> inner(in, model::graphField);
                        case 8 ->
                                inner(
                                        in,
                                        (number, operators) -> {
                                            if (number == 2) {
                                                model.operatorSet = operators.readInt64();
                                            } else {
                                                operators.readString();
                                            }
                                        });
                        default -> in.readString();
                    }
                });
        return model;
    }

    Map<String, Constant> constantsByName() {
        Map<String, Constant> byName = new LinkedHashMap<>();
        constants.forEach(constant -> byName.put(constant.name(), constant));
        return byName;
    }

    private void graphField(int field, CodedInputStream in) throws IOException {
        switch (field) {
            case 1 -> nodes.add(node(in));
            case 5 -> constants.add(constant(in));
            case 11 -> inputs.add(value(in));
            case 12 -> outputs.add(value(in));
            case 13 -> described.add(value(in));
            default -> in.readString();
        }
    }

    private static Node node(CodedInputStream stream) throws IOException {
        List<String> inputs = new ArrayList<>();
        List<String> outputs = new ArrayList<>();
        String[] texts = {"", ""};
        Map<String, double[]> attributes = new HashMap<>();
        inner(
                stream,
                (field, in) -> {
                    switch (field) {
                        case 1 -> inputs.add(in.readString());
                        case 2 -> outputs.add(in.readString());
                        case 5 -> attribute(in, attributes);
                        default -> texts[field - 3] = in.readString();
                    }
                });
        return new Node(texts[0], texts[1], inputs, outputs, attributes);
    }

    private static void attribute(CodedInputStream stream, Map<String, double[]> attributes)
            throws IOException {
        String[] name = {""};
        List<Double> values = new ArrayList<>();
        inner(
                stream,
                (field, in) -> {
                    switch (field) {
                        case 1 -> name[0] = in.readString();
                        case 2 -> values.add((double) in.readFloat());
                        case 3, 8 -> values.add((double) in.readInt64());
                        default -> in.readInt64();
                    }
                });
        attributes.put(name[0], values.stream().mapToDouble(Double::doubleValue).toArray());
    }

    private Constant constant(CodedInputStream stream) throws IOException {
        List<Long> shape = new ArrayList<>();
        int[] type = {0};
        String[] name = {""};
        byte[][] bytes = {new byte[0]};
        Map<String, String> external = new HashMap<>();
        inner(
                stream,
                (field, in) -> {
                    switch (field) {
                        case 1 -> shape.add(in.readInt64());
                        case 2 -> type[0] = in.readInt32();
                        case 8 -> name[0] = in.readString();
                        case 9 -> bytes[0] = in.readByteArray();
                        case 13 -> property(in, external);
                        default -> in.readInt32();
                    }
                });
        String location = external.getOrDefault("location", "");
        long offset = Long.parseLong(external.getOrDefault("offset", "0"));
        if (!location.isEmpty()) {
            byte[] file = Files.readAllBytes(directory.resolve(location));
            int from = Math.toIntExact(offset);
            bytes[0] =
                    Arrays.copyOfRange(file, from, from + Integer.parseInt(external.get("length")));
        }
        int[] sizes = shape.stream().mapToInt(Math::toIntExact).toArray();
        return new Constant(name[0], type[0], sizes, bytes[0], location, offset);
    }

    private static void property(CodedInputStream stream, Map<String, String> properties)
            throws IOException {
        String[] texts = {"", ""};
        inner(stream, (field, in) -> texts[field - 1] = in.readString());
        properties.put(texts[0], texts[1]);
    }

    private static Value value(CodedInputStream stream) throws IOException {
        String[] name = {""};
        int[] type = {0};
        List<String> axes = new ArrayList<>();
        Fields axis =
                (field, in) ->
                        axes.add(field == 1 ? Long.toString(in.readInt64()) : in.readString());
        Fields tensor =
                (field, in) -> {
                    if (field == 1) {
                        type[0] = in.readInt32();
                    } else {
                        inner(in, (dimension, axesIn) -> inner(axesIn, axis));
                    }
                };
        inner(
                stream,
                (field, in) -> {
                    if (field == 1) {
                        name[0] = in.readString();
                    } else {
                        inner(in, (kind, typeIn) -> inner(typeIn, tensor));
                    }
                });
        return new Value(name[0], type[0], axes);
    }

    @FunctionalInterface
    private interface Fields {
        void read(int field, CodedInputStream in) throws IOException;
    }

    private static void inner(CodedInputStream in, Fields fields) throws IOException {
        int limit = in.pushLimit(in.readRawVarint32());
        message(in, fields);
        in.popLimit(limit);
    }

    private static void message(CodedInputStream in, Fields fields) throws IOException {
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            fields.read(WireFormat.getTagFieldNumber(tag), in);
        }
    }
}
