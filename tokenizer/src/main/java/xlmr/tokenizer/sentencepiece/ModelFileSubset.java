package xlmr.tokenizer.sentencepiece;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.WireFormat;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import xlmr.tokenizer.TokenizerException;

/// A SentencePiece model file with some of its pieces, in their order. Everything else stays as it
/// is, field by field, but for the number of pieces that the trainer's settings state, and the
/// library's self-test, whose texts were cut with all pieces.
public final class ModelFileSubset {
    private static final int PIECE = 1;
    private static final int TRAINER = 2;
    private static final int SELF_TEST = 4;

    /// In the trainer's settings.
    private static final int VOCABULARY_SIZE = 4;

    private ModelFileSubset() {}

    /// The bytes of the smaller file.
    ///
    /// @param file a model that was read before
    /// @param kept ids of the pieces that stay
    /// @throws TokenizerException if it cannot be read
    public static byte[] of(Path file, BitSet kept) {
        try {
            CodedInputStream in = CodedInputStream.newInstance(Files.readAllBytes(file));
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            CodedOutputStream out = CodedOutputStream.newInstance(bytes);
            int piece = 0;
            for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
                boolean message =
                        WireFormat.getTagWireType(tag) == WireFormat.WIRETYPE_LENGTH_DELIMITED;
                int field = message ? WireFormat.getTagFieldNumber(tag) : 0;
                switch (field) {
                    case PIECE -> {
                        byte[] content = in.readByteArray();
                        if (kept.get(piece++)) {
                            out.writeByteArray(PIECE, content);
                        }
                    }
                    case TRAINER ->
                            out.writeByteArray(
                                    TRAINER, trainer(in.readByteArray(), kept.cardinality()));
                    case SELF_TEST -> in.skipField(tag);
                    default -> in.skipField(tag, out);
                }
            }
            out.flush();
            return bytes.toByteArray();
        } catch (IOException e) {
            throw TokenizerException.of(file, "cannot be read: " + e.getMessage(), e);
        }
    }

    private static byte[] trainer(byte[] settings, int size) throws IOException {
        CodedInputStream in = CodedInputStream.newInstance(settings);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        CodedOutputStream out = CodedOutputStream.newInstance(bytes);
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            if (tag == (VOCABULARY_SIZE << 3 | WireFormat.WIRETYPE_VARINT)) {
                in.skipField(tag);
                out.writeInt32(VOCABULARY_SIZE, size);
            } else {
                in.skipField(tag, out);
            }
        }
        out.flush();
        return bytes.toByteArray();
    }
}
