package xlmr.tokenizer.huggingface;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import xlmr.tokenizer.TokenizerException;
import xlmr.tokenizer.piece.PieceTable;
import xlmr.tokenizer.piece.Utf8;

/// Reads a `tokenizer.json`. The vocabulary, nearly all of the file, is streamed into flat arrays;
/// the rest is small and read as a tree by [TokenizerSettings].
final class TokenizerJsonFile {
    private static final long MAX_BYTES = 1L << 30;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final ScoreParsing parsing;
    private final TokenizerSettings settings = new TokenizerSettings();

    private boolean hasModel;
    private boolean hasVocabulary;
    private int unknownId = -1;
    private boolean byteFallback;
    private byte[] bytes = new byte[1 << 16];
    private int byteCount;
    private int[] starts = new int[1024];
    private int[] ends = new int[1024];
    private double[] scores = new double[1024];
    private int size;

    private TokenizerJsonFile(ScoreParsing parsing) {
        this.parsing = parsing;
    }

    /// Reads and checks a file.
    ///
    /// @throws TokenizerException that names the file and the reason, if it is no usable tokenizer
    static TokenizerSpec read(Path path, ScoreParsing parsing) {
        try {
            long length = Files.size(path);
            if (length == 0 || length > MAX_BYTES) {
                throw TokenizerException.of(path, "has " + length + " bytes and is no tokenizer");
            }
            TokenizerJsonFile reader = new TokenizerJsonFile(parsing);
            try (JsonParser parser = JSON.createParser(Files.readAllBytes(path))) {
                reader.readFile(parser);
            }
            return reader.spec();
        } catch (JacksonException e) {
            throw TokenizerException.of(
                    path,
                    "is not JSON, or is cut: "
                            + e.getOriginalMessage().lines().findFirst().orElse(""),
                    e);
        } catch (IOException e) {
            throw TokenizerException.of(path, "cannot be read: " + e.getMessage(), e);
        } catch (IllegalArgumentException e) {
            throw TokenizerException.of(path, String.valueOf(e.getMessage()), e);
        }
    }

    private void readFile(JsonParser parser) throws IOException {
        if (parser.nextToken() != JsonToken.START_OBJECT) {
            throw new IllegalArgumentException("is not a JSON object");
        }
        while (next(parser) != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            next(parser);
            if (name.equals("model")) {
                readModel(parser);
            } else {
                JsonNode value = JSON.readTree(parser);
                settings.put(name, value);
            }
        }
    }

    private void readModel(JsonParser parser) throws IOException {
        hasModel = parser.currentToken() == JsonToken.START_OBJECT;
        if (!hasModel) {
            throw new IllegalArgumentException("model is not an object");
        }
        while (next(parser) != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            JsonToken value = next(parser);
            switch (name) {
                case "type" -> {
                    if (!"Unigram".equals(parser.getText())) {
                        throw new IllegalArgumentException(
                                "model type " + parser.getText() + "; only Unigram is supported");
                    }
                }
                case "unk_id" ->
                        unknownId = value == JsonToken.VALUE_NULL ? -1 : wholeNumber(parser);
                case "byte_fallback" -> byteFallback = value == JsonToken.VALUE_TRUE;
                case "vocab" -> readVocabulary(parser);
                default -> parser.skipChildren();
            }
        }
    }

    private static int wholeNumber(JsonParser parser) throws IOException {
        if (parser.currentToken() != JsonToken.VALUE_NUMBER_INT || parser.getLongValue() < 0) {
            throw new IllegalArgumentException("model.unk_id is " + parser.getText());
        }
        return (int) Math.min(parser.getLongValue(), Integer.MAX_VALUE);
    }

    private void readVocabulary(JsonParser parser) throws IOException {
        if (parser.currentToken() != JsonToken.START_ARRAY) {
            throw new IllegalArgumentException("model.vocab is not a list of [piece, score]");
        }
        hasVocabulary = true;
        while (next(parser) != JsonToken.END_ARRAY) {
            boolean pair =
                    parser.currentToken() == JsonToken.START_ARRAY
                            && next(parser) == JsonToken.VALUE_STRING;
            if (!pair) {
                throw new IllegalArgumentException(
                        "model.vocab[" + size + "] is no [piece, score]");
            }
            reserve(parser.getTextLength());
            starts[size] = byteCount;
            appendText(parser.getTextCharacters(), parser.getTextOffset(), parser.getTextLength());
            ends[size] = byteCount;
            JsonToken number = next(parser);
            if (number != JsonToken.VALUE_NUMBER_FLOAT && number != JsonToken.VALUE_NUMBER_INT) {
                throw new IllegalArgumentException(
                        "model.vocab[" + size + "] has the score '" + parser.getText() + "'");
            }
            double score =
                    parsing.parse(
                            parser.getTextCharacters(),
                            parser.getTextOffset(),
                            parser.getTextLength());
            if (!Double.isFinite(score) || next(parser) != JsonToken.END_ARRAY) {
                throw new IllegalArgumentException(
                        "model.vocab[" + size + "] is no [piece, score]");
            }
            scores[size++] = score;
        }
    }

    private void reserve(int characters) {
        if (size == starts.length) {
            starts = Arrays.copyOf(starts, size * 2);
            ends = Arrays.copyOf(ends, size * 2);
            scores = Arrays.copyOf(scores, size * 2);
        }
        int needed = Math.addExact(byteCount, Math.multiplyExact(characters, 3));
        if (needed > bytes.length) {
            bytes =
                    Arrays.copyOf(
                            bytes, (int) Math.max(needed, Math.min(bytes.length * 2L, 1 << 30)));
        }
    }

    private void appendText(char[] characters, int from, int length) {
        for (int i = from; i < from + length; i++) {
            char c = characters[i];
            if (c < 0x80) {
                bytes[byteCount++] = (byte) c;
            } else if (Character.isSurrogate(c)) {
                boolean pair =
                        Character.isHighSurrogate(c)
                                && i + 1 < from + length
                                && Character.isLowSurrogate(characters[i + 1]);
                if (!pair) {
                    throw new IllegalArgumentException(
                            "model.vocab[" + size + "] holds a lone surrogate");
                }
                byteCount = Utf8.write(Character.toCodePoint(c, characters[++i]), bytes, byteCount);
            } else {
                byteCount = Utf8.write(c, bytes, byteCount);
            }
        }
    }

    private static JsonToken next(JsonParser parser) throws IOException {
        @Nullable JsonToken token = parser.nextToken();
        if (token == null) {
            throw new EOFException("the file ends too early");
        }
        return token;
    }

    private TokenizerSpec spec() {
        if (!hasModel) {
            throw new IllegalArgumentException("has no model");
        }
        if (!hasVocabulary || size == 0) {
            throw new IllegalArgumentException(
                    hasVocabulary ? "model.vocab is empty" : "model has no vocab");
        }
        if (unknownId >= size) {
            throw new IllegalArgumentException(
                    "model.unk_id is " + unknownId + ", and there are " + size + " pieces");
        }
        PieceTable table = new PieceTable(bytes, starts, ends, size);
        UnigramVocabulary vocabulary =
                new UnigramVocabulary(table, Arrays.copyOf(scores, size), unknownId, byteFallback);
        List<String> warnings = new ArrayList<>();
        if (unknownId < 0) {
            warnings.add(
                    "model.unk_id is missing: a text with a character outside the vocabulary is refused");
        }
        return settings.spec(vocabulary, warnings);
    }
}
