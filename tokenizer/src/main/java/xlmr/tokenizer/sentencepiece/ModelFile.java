package xlmr.tokenizer.sentencepiece;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.WireFormat;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import xlmr.tokenizer.TokenizerException;
import xlmr.tokenizer.piece.PieceTable;

/// Reads a SentencePiece model file (`sentencepiece_model.proto`, message `ModelProto`) field by
/// field. Generated message classes would make two objects per piece and start a third of a second
/// later; this reader leaves the texts where they lie in the file. Unknown fields are skipped.
final class ModelFile {
    /// Larger than any model there is (XLM-R's has 5 MB).
    private static final long MAX_BYTES = 1L << 29;

    private final byte[] file;
    private final CodedInputStream in;

    private int[] starts = new int[1024];
    private int[] ends = new int[1024];
    private float[] scores = new float[1024];
    private byte[] types = new byte[1024];
    private int size;

    private int modelType = 1;
    private boolean byteFallback;
    private boolean whitespaceAsSuffix;
    private String unknownSurface = " \u2047 ";
    private String bosPiece = "<s>";
    private String eosPiece = "</s>";
    private String padPiece = "<pad>";
    private NormalizerRules normalizer = new NormalizerRules("", null, true, true, true, false);
    private @Nullable NormalizerRules denormalizer;

    private ModelFile(byte[] file) {
        this.file = file;
        this.in = CodedInputStream.newInstance(file);
    }

    /// Reads and checks a file.
    ///
    /// @throws TokenizerException that names the file and the reason, if it is no usable model
    static SentencePieceModel read(Path path) {
        try {
            long bytes = Files.size(path);
            if (bytes > MAX_BYTES) {
                throw TokenizerException.of(path, "has " + bytes + " bytes, more than any model");
            }
            return parse(Files.readAllBytes(path));
        } catch (InvalidProtocolBufferException e) {
            throw TokenizerException.of(
                    path, "is not a SentencePiece model or is cut: " + oneLine(e), e);
        } catch (IOException e) {
            throw TokenizerException.of(path, "cannot be read: " + oneLine(e), e);
        } catch (IllegalArgumentException e) {
            throw TokenizerException.of(path, oneLine(e), e);
        }
    }

    /// Reads and checks the bytes of a file.
    ///
    /// @throws InvalidProtocolBufferException if the wire format is broken
    /// @throws IllegalArgumentException with the reason, if the content is no usable model
    static SentencePieceModel parse(byte[] file) throws IOException {
        ModelFile reader = new ModelFile(file);
        reader.readModel();
        return reader.model();
    }

    private static String oneLine(Exception e) {
        return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
    }

    private void readModel() throws IOException {
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            if (WireFormat.getTagWireType(tag) != WireFormat.WIRETYPE_LENGTH_DELIMITED) {
                in.skipField(tag);
                continue;
            }
            switch (WireFormat.getTagFieldNumber(tag)) {
                case 1 -> readPiece(openMessage());
                case 2 -> readTrainer(openMessage());
                case 3 -> normalizer = readNormalizer(openMessage());
                case 5 -> denormalizer = readNormalizer(openMessage());
                default -> in.skipField(tag);
            }
        }
    }

    private int openMessage() throws IOException {
        return in.pushLimit(lengthOfField());
    }

    private int lengthOfField() throws IOException {
        int length = in.readRawVarint32();
        int left = file.length - in.getTotalBytesRead();
        if (length < 0 || length > left) {
            throw new IllegalArgumentException(
                    "is not a SentencePiece model or is cut: a field of %s bytes, and %d are left"
                            .formatted(Integer.toUnsignedString(length), left));
        }
        return length;
    }

    private void readPiece(int outerLimit) throws IOException {
        if (size == starts.length) {
            starts = Arrays.copyOf(starts, size * 2);
            ends = Arrays.copyOf(ends, size * 2);
            scores = Arrays.copyOf(scores, size * 2);
            types = Arrays.copyOf(types, size * 2);
        }
        types[size] = PieceType.NORMAL;
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            switch (tag) {
                case 1 << 3 | WireFormat.WIRETYPE_LENGTH_DELIMITED -> {
                    int length = lengthOfField();
                    starts[size] = in.getTotalBytesRead();
                    in.skipRawBytes(length);
                    ends[size] = in.getTotalBytesRead();
                }
                case 2 << 3 | WireFormat.WIRETYPE_FIXED32 -> scores[size] = in.readFloat();
                case 3 << 3 | WireFormat.WIRETYPE_VARINT -> types[size] = pieceType(in.readEnum());
                default -> in.skipField(tag);
            }
        }
        in.popLimit(outerLimit);
        size++;
    }

    /// A type that does not exist is an unknown field, and the piece stays normal.
    private static byte pieceType(int number) {
        return number >= PieceType.NORMAL && number <= PieceType.BYTE
                ? (byte) number
                : PieceType.NORMAL;
    }

    private void readTrainer(int outerLimit) throws IOException {
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            switch (tag) {
                case 3 << 3 | WireFormat.WIRETYPE_VARINT -> modelType = in.readEnum();
                case 24 << 3 | WireFormat.WIRETYPE_VARINT -> whitespaceAsSuffix = in.readBool();
                case 35 << 3 | WireFormat.WIRETYPE_VARINT -> byteFallback = in.readBool();
                case 44 << 3 | WireFormat.WIRETYPE_LENGTH_DELIMITED -> unknownSurface = readText();
                case 46 << 3 | WireFormat.WIRETYPE_LENGTH_DELIMITED -> bosPiece = readText();
                case 47 << 3 | WireFormat.WIRETYPE_LENGTH_DELIMITED -> eosPiece = readText();
                case 48 << 3 | WireFormat.WIRETYPE_LENGTH_DELIMITED -> padPiece = readText();
                default -> in.skipField(tag);
            }
        }
        in.popLimit(outerLimit);
    }

    private NormalizerRules readNormalizer(int outerLimit) throws IOException {
        String name = "";
        byte[] charsmap = {};
        boolean addDummyPrefix = true;
        boolean removeExtraWhitespaces = true;
        boolean escapeWhitespaces = true;
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            switch (tag) {
                case 1 << 3 | WireFormat.WIRETYPE_LENGTH_DELIMITED -> name = readText();
                case 2 << 3 | WireFormat.WIRETYPE_LENGTH_DELIMITED -> charsmap = in.readByteArray();
                case 3 << 3 | WireFormat.WIRETYPE_VARINT -> addDummyPrefix = in.readBool();
                case 4 << 3 | WireFormat.WIRETYPE_VARINT -> removeExtraWhitespaces = in.readBool();
                case 5 << 3 | WireFormat.WIRETYPE_VARINT -> escapeWhitespaces = in.readBool();
                default -> in.skipField(tag);
            }
        }
        in.popLimit(outerLimit);
        return new NormalizerRules(
                name,
                Charsmap.parse(charsmap),
                addDummyPrefix,
                removeExtraWhitespaces,
                escapeWhitespaces,
                false);
    }

    private String readText() throws IOException {
        return new String(in.readByteArray(), StandardCharsets.UTF_8);
    }

    private SentencePieceModel model() {
        PieceTable pieces = new PieceTable(file, starts, ends, size);
        int unknownId = -1;
        int bytePieces = 0;
        for (int id = 0; id < size; id++) {
            if (pieces.length(id) == 0) {
                throw new IllegalArgumentException("piece " + id + " has no text");
            }
            if (!Float.isFinite(scores[id])) {
                throw new IllegalArgumentException("piece " + id + " has the score " + scores[id]);
            }
            if (types[id] == PieceType.UNKNOWN) {
                if (unknownId >= 0) {
                    throw new IllegalArgumentException(
                            "pieces " + unknownId + " and " + id + " are both the unknown piece");
                }
                unknownId = id;
            } else if (types[id] == PieceType.BYTE) {
                bytePieces++;
            }
        }
        if (unknownId < 0) {
            throw new IllegalArgumentException(
                    "no piece of type unknown among " + size + " pieces");
        }
        if (byteFallback ? bytePieces != 256 : bytePieces != 0) {
            throw new IllegalArgumentException(
                    bytePieces + " byte pieces with byte_fallback " + byteFallback);
        }
        int malformed = pieces.firstMalformed();
        if (malformed >= 0) {
            throw new IllegalArgumentException("piece " + malformed + " is not UTF-8");
        }
        NormalizerRules rules =
                new NormalizerRules(
                        normalizer.name(),
                        normalizer.charsmap(),
                        normalizer.addDummyPrefix(),
                        normalizer.removeExtraWhitespaces(),
                        normalizer.escapeWhitespaces(),
                        whitespaceAsSuffix);
        return new SentencePieceModel(
                ModelType.of(modelType),
                pieces,
                scores,
                types,
                rules,
                denormalizer,
                byteFallback,
                unknownId,
                unknownSurface,
                bosPiece,
                eosPiece,
                padPiece);
    }
}
