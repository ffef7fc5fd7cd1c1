package xlmr.onnx;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import xlmr.checkpoint.AtomicFile;
import xlmr.checkpoint.CheckpointException;
import xlmr.checkpoint.ProtoMessage;
import xlmr.tensor.DType;

/// Writes a graph as ONNX (onnx.proto3: ModelProto and what it holds). Sizes are known before the
/// first byte, so the weights stream from the checkpoint to the file.
final class OnnxFile {
    /// A message of Protocol Buffers has at most as many bytes.
    static final long LARGEST = Integer.MAX_VALUE;

    private static final int IR_VERSION = 8;
    private static final int OPERATOR_SET = 17;

    /// Weights beside the model begin at whole pages, so that a runtime may map them.
    private static final int PAGE = 4096;

    private final OnnxGraph graph;
    private final Path path;
    private final Path dataPath;
    private final long largest;

    /// An initializer's message without its elements; these follow where the array is inside.
    private record Entry(byte[] message, @Nullable OnnxInitializer inside) {
        long bytes() {
            return inside == null
                    ? message.length
                    : message.length + rawData(inside).length + inside.bytes();
        }
    }

    /// @param path of the model; what lies beside it has `.data` more in its name
    /// @param largest bytes that a model may have; [#LARGEST]
    OnnxFile(OnnxGraph graph, Path path, long largest) {
        this.graph = graph;
        this.path = path;
        this.dataPath = path.resolveSibling(path.getFileName() + ".data");
        this.largest = largest;
    }

    /// Writes the model and, if so asked or too large, its weights beside it. Weights that lie
    /// there of an earlier model go.
    ///
    /// @return the files
    /// @throws CheckpointException if it cannot be written, is too large for one file, or holds
    ///   what float16 cannot
    List<Path> write(WeightPlace place) {
        List<Entry> inside = entries(false);
        boolean fits = modelBytes(inside) <= largest;
        if (place == WeightPlace.INSIDE && !fits) {
            throw new CheckpointException(
                    path.toString(),
                    "would have %d bytes, and a file of this format has at most %d"
                            .formatted(modelBytes(inside), largest),
                    "put the weights beside it");
        }
        if (place == WeightPlace.BESIDE || !fits) {
            AtomicFile.write(dataPath, this::writeData);
            AtomicFile.write(path, channel -> writeModel(channel, entries(true)));
            return List.of(path, dataPath);
        }
        AtomicFile.write(path, channel -> writeModel(channel, inside));
        deleteStaleData();
        return List.of(path);
    }

    /// The number that stands for a type in ONNX (TensorProto.DataType).
    static int elementType(DType type) {
        return switch (type) {
            case F32 -> 1;
            case I64 -> 7;
            case BOOL -> 9;
            case F16 -> 10;
            case U8, I8, U16, I16, BF16, U32, I32, U64, F64 -> throw new AssertionError(type);
        };
    }

    private void deleteStaleData() {
        try {
            Files.deleteIfExists(dataPath);
        } catch (IOException e) {
            throw CheckpointException.of(dataPath, e);
        }
    }

    private void writeModel(FileChannel channel, List<Entry> entries) throws IOException {
        byte[] frame = graphFrame();
        long bytes = graphBytes(frame, entries);
        try (ElementOutput output = new ElementOutput(channel)) {
            output.bytes(modelHead());
            output.bytes(ProtoMessage.header(7, bytes));
            output.bytes(frame);
            for (Entry entry : entries) {
                output.bytes(ProtoMessage.header(5, entry.bytes()));
                output.bytes(entry.message());
                OnnxInitializer inside = entry.inside();
                if (inside != null) {
                    output.bytes(rawData(inside));
                    writeElements(output, inside);
                }
            }
            assert output.position() == modelBytes(entries) : output.position();
        }
    }

    private void writeData(FileChannel channel) throws IOException {
        try (ElementOutput output = new ElementOutput(channel)) {
            for (OnnxInitializer initializer : graph.initializers()) {
                if (isWeight(initializer)) {
                    output.align(PAGE);
                    writeElements(output, initializer);
                }
            }
        }
    }

    private void writeElements(ElementOutput output, OnnxInitializer initializer)
            throws IOException {
        long begin = output.position();
        try {
            initializer.elements().writeTo(output, initializer.type());
        } catch (Float16RangeException e) {
            throw new CheckpointException(
                    path.toString(),
                    "%s %s".formatted(initializer.name(), e.getMessage()),
                    "export float32 weights");
        }
        assert output.position() - begin == initializer.bytes() : initializer.name();
    }

    private long modelBytes(List<Entry> entries) {
        long bytes = graphBytes(graphFrame(), entries);
        return modelHead().length + (1 + varintBytes(bytes)) + bytes;
    }

    private static long graphBytes(byte[] frame, List<Entry> entries) {
        long bytes = frame.length;
        for (Entry entry : entries) {
            bytes += 1 + varintBytes(entry.bytes()) + entry.bytes();
        }
        return bytes;
    }

    private static int varintBytes(long value) {
        return Math.max(1, (70 - Long.numberOfLeadingZeros(value)) / 7);
    }

    private static byte[] modelHead() {
        ProtoMessage operators = new ProtoMessage().text(1, "").integer(2, OPERATOR_SET);
        return new ProtoMessage()
                .integer(1, IR_VERSION)
                .text(2, "xlmr")
                .message(8, operators)
                .toBytes();
    }

    /// The graph without its initializers.
    private byte[] graphFrame() {
        ProtoMessage message = new ProtoMessage().text(2, "xlm-roberta");
        graph.nodes().forEach(node -> message.message(1, node(node)));
        graph.inputs().forEach(value -> message.message(11, valueInfo(value)));
        graph.outputs().forEach(value -> message.message(12, valueInfo(value)));
        graph.described().forEach(value -> message.message(13, valueInfo(value)));
        return message.toBytes();
    }

    private static ProtoMessage node(OnnxGraph.Node node) {
        ProtoMessage message = new ProtoMessage();
        node.inputs().forEach(input -> message.text(1, input));
        message.text(2, node.output()).text(3, node.name()).text(4, node.operator());
        node.attributes().forEach(attribute -> message.message(5, attribute(attribute)));
        return message;
    }

    private static ProtoMessage attribute(OnnxAttribute attribute) {
        ProtoMessage message = new ProtoMessage().text(1, attribute.name());
        return switch (attribute) {
            case OnnxAttribute.Number number -> message.number(2, number.value()).integer(20, 1);
            case OnnxAttribute.Integer integer ->
                    message.integer(3, integer.value()).integer(20, 2);
            case OnnxAttribute.Integers integers -> {
                integers.values().forEach(value -> message.integer(8, value));
                yield message.integer(20, 7);
            }
        };
    }

    private static ProtoMessage valueInfo(OnnxGraph.Value value) {
        ProtoMessage shape = new ProtoMessage();
        for (Axis axis : value.shape()) {
            ProtoMessage size =
                    switch (axis) {
                        case Axis.Fixed fixed -> new ProtoMessage().integer(1, fixed.size());
                        case Axis.Named named -> new ProtoMessage().text(2, named.name());
                    };
            shape.message(1, size);
        }
        ProtoMessage tensor =
                new ProtoMessage().integer(1, elementType(value.type())).message(2, shape);
        return new ProtoMessage()
                .text(1, value.name())
                .message(2, new ProtoMessage().message(1, tensor));
    }

    /// Constants of formulas and shapes are always inside: without them no tool knows the shapes.
    private static boolean isWeight(OnnxInitializer initializer) {
        return initializer.elements() instanceof OnnxElements.Stored
                || initializer.elements() instanceof OnnxElements.Transposed;
    }

    private List<Entry> entries(boolean beside) {
        List<Entry> entries = new ArrayList<>();
        long offset = 0;
        for (OnnxInitializer initializer : graph.initializers()) {
            ProtoMessage message = new ProtoMessage();
            for (long size : initializer.shape()) {
                message.integer(1, size);
            }
            message.integer(2, elementType(initializer.type())).text(8, initializer.name());
            if (!beside || !isWeight(initializer)) {
                entries.add(new Entry(message.toBytes(), initializer));
                continue;
            }
            offset = (offset + PAGE - 1) / PAGE * PAGE;
            message.message(13, property("location", dataPath.getFileName().toString()))
                    .message(13, property("offset", Long.toString(offset)))
                    .message(13, property("length", Long.toString(initializer.bytes())))
                    .integer(14, 1);
            entries.add(new Entry(message.toBytes(), null));
            offset += initializer.bytes();
        }
        return entries;
    }

    private static ProtoMessage property(String key, String value) {
        return new ProtoMessage().text(1, key).text(2, value);
    }

    private static byte[] rawData(OnnxInitializer initializer) {
        return ProtoMessage.header(9, initializer.bytes());
    }
}
