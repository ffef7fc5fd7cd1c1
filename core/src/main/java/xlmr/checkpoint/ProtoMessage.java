package xlmr.checkpoint;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.WireFormat;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/// One message of Protocol Buffers, written field by field. Generated classes would hold a whole
/// model in memory, and here only the small messages are built; the weights of an ONNX file stream
/// past them.
public final class ProtoMessage {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final CodedOutputStream out = CodedOutputStream.newInstance(bytes);

    @FunctionalInterface
    private interface Field {
        void writeTo(CodedOutputStream out) throws IOException;
    }

    /// Adds a text.
    public ProtoMessage text(int field, String value) {
        return add(stream -> stream.writeString(field, value));
    }

    /// Adds a whole number, or a value of an enumeration.
    public ProtoMessage integer(int field, long value) {
        return add(stream -> stream.writeInt64(field, value));
    }

    /// Adds a float32.
    public ProtoMessage number(int field, float value) {
        return add(stream -> stream.writeFloat(field, value));
    }

    /// Adds a float64.
    public ProtoMessage wide(int field, double value) {
        return add(stream -> stream.writeDouble(field, value));
    }

    /// Adds a message.
    public ProtoMessage message(int field, ProtoMessage value) {
        return add(stream -> stream.writeByteArray(field, value.toBytes()));
    }

    /// What was added so far.
    public byte[] toBytes() {
        try {
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    /// Tag and length of a field whose bytes follow elsewhere.
    ///
    /// @param length below 2^31
    public static byte[] header(int field, long length) {
        return new ProtoMessage()
                .add(
                        stream -> {
                            stream.writeTag(field, WireFormat.WIRETYPE_LENGTH_DELIMITED);
                            stream.writeUInt32NoTag(Math.toIntExact(length));
                        })
                .toBytes();
    }

    private ProtoMessage add(Field field) {
        try {
            field.writeTo(out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return this;
    }
}
