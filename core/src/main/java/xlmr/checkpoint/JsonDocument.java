package xlmr.checkpoint;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.core.util.Separators;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ContainerNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/// JSON from strangers, read strictly (RFC 8259): UTF-8, no name twice, nothing after the document,
/// no comments or NaN, bounded depth and size. A byte order mark is skipped.
public final class JsonDocument {
    /// Files beyond this are refused: the largest real ones, indices of large models, have a few
    /// hundred KB.
    static final long LARGEST = 64L << 20;

    private static final int DEPTH = 100;
    private static final StreamReadConstraints LIMITS =
            StreamReadConstraints.builder()
                    .maxNestingDepth(DEPTH)
                    .maxNumberLength(400)
                    .maxStringLength(16 << 20)
                    .maxNameLength(1 << 16)
                    .build();

    /// For streaming; the trees are read by it too.
    static final JsonFactory FACTORY =
            JsonFactory.builder()
                    .streamReadConstraints(LIMITS)
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .enable(JsonWriteFeature.COMBINE_UNICODE_SURROGATES_IN_UTF8)
                    .build();

    /// Apart, because a mapper takes a tenth of a second to start and safetensors files do without.
    private static final class Trees {
        static final ObjectMapper MAPPER =
                JsonMapper.builder(FACTORY)
                        .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                        // Numbers of fields that are only passed on keep their digits.
                        .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
                        .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
                        .build();
    }

    private JsonDocument() {}

    /// The object in a file.
    ///
    /// @throws CheckpointException if the file cannot be read or is not one strict JSON object
    public static ObjectNode read(Path file) {
        return parse(file.toString(), text(file));
    }

    /// The array in a file.
    ///
    /// @throws CheckpointException if the file cannot be read or is not one strict JSON array
    public static ArrayNode readArray(Path file) {
        JsonNode node = tree(file.toString(), text(file));
        if (!(node instanceof ArrayNode array)) {
            throw new CheckpointException(
                    file.toString(),
                    "expected a JSON array [...], found %s".formatted(article(node)));
        }
        return array;
    }

    /// The object in a text.
    ///
    /// @param source names the text in messages
    /// @throws CheckpointException if the text is not one strict JSON object
    public static ObjectNode parse(String source, String text) {
        JsonNode node = tree(source, text);
        if (node.isMissingNode()) {
            throw new CheckpointException(source, "empty; expected a JSON object");
        }
        if (!(node instanceof ObjectNode object)) {
            throw new CheckpointException(
                    source, "expected a JSON object {...}, found %s".formatted(article(node)));
        }
        return object;
    }

    private static String text(Path file) {
        try {
            long size = Files.size(file);
            if (size > LARGEST) {
                throw new CheckpointException(
                        file.toString(),
                        "%,d bytes; expected a JSON file of at most %,d".formatted(size, LARGEST));
            }
            return decode(file.toString(), Files.readAllBytes(file));
        } catch (IOException e) {
            throw CheckpointException.of(file, e);
        }
    }

    private static JsonNode tree(String source, String text) {
        try {
            return Trees.MAPPER.readTree(text);
        } catch (JsonProcessingException e) {
            throw new CheckpointException(source, "not valid JSON: " + describe(e));
        }
    }

    /// One value of any kind, from a text that came out of a document.
    public static JsonNode value(String json) {
        try {
            return Trees.MAPPER.readTree(json);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("not JSON: " + json, e);
        }
    }

    /// An object or array as text, indented by two spaces like Python's.
    public static String format(ContainerNode<?> json) {
        Separators separators =
                Separators.createDefaultInstance()
                        .withObjectFieldValueSpacing(Separators.Spacing.AFTER)
                        .withObjectEmptySeparator("")
                        .withArrayEmptySeparator("");
        DefaultIndenter indenter = new DefaultIndenter("  ", "\n");
        DefaultPrettyPrinter printer =
                new DefaultPrettyPrinter()
                        .withSeparators(separators)
                        .withObjectIndenter(indenter)
                        .withArrayIndenter(indenter);
        try {
            return Trees.MAPPER.writer(printer).writeValueAsString(json) + "\n";
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("not a JSON value", e);
        }
    }

    /// Replaces a file by the text of an object or array.
    ///
    /// @throws CheckpointException if it cannot be written; an earlier file is then as it was
    public static void write(Path file, ContainerNode<?> json) {
        ByteBuffer text = StandardCharsets.UTF_8.encode(format(json));
        AtomicFile.write(
                file,
                channel -> {
                    while (text.hasRemaining()) {
                        channel.write(text);
                    }
                });
    }

    /// Decodes UTF-8 strictly, without a byte order mark.
    static String decode(String source, byte[] bytes) {
        CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
        ByteBuffer input = ByteBuffer.wrap(bytes);
        CharBuffer output = CharBuffer.allocate(bytes.length);
        CoderResult result = decoder.decode(input, output, true);
        if (result.isError()) {
            throw new CheckpointException(
                    source, "not UTF-8: invalid byte at position " + input.position());
        }
        String text = output.flip().toString();
        return text.startsWith("\uFEFF") ? text.substring(1) : text;
    }

    /// Jackson's words for a syntax error, in one line, with the place.
    static String describe(JsonProcessingException e) {
        String message = e.getOriginalMessage();
        int detail = message.indexOf('\n');
        String reason = detail < 0 ? message : message.substring(0, detail);
        return e.getLocation() == null
                ? reason
                : "%s (line %d, column %d)"
                        .formatted(
                                reason, e.getLocation().getLineNr(), e.getLocation().getColumnNr());
    }

    private static String article(JsonNode node) {
        return switch (node.getNodeType()) {
            case ARRAY -> "an array";
            case NULL -> "null";
            case OBJECT -> "an object";
            case MISSING -> "nothing";
            default -> "a " + node.getNodeType().name().toLowerCase(Locale.ROOT);
        };
    }
}
