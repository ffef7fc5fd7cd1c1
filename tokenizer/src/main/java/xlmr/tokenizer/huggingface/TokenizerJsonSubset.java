package xlmr.tokenizer.huggingface;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.function.IntUnaryOperator;
import xlmr.tokenizer.TokenizerException;

/// The JSON files of a fast tokenizer with some of its ids: pieces that are gone are left out of
/// `model.vocab`, and every id that the files state becomes the new one. Scores are passed on as
/// they are written.
public final class TokenizerJsonSubset {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path file;
    private final BitSet kept;
    private final IntUnaryOperator newId;

    /// @param file a tokenizer that was read before
    /// @param kept ids that stay
    /// @param newId new id of an old one that stays
    public TokenizerJsonSubset(Path file, BitSet kept, IntUnaryOperator newId) {
        this.file = file;
        this.kept = kept;
        this.newId = newId;
    }

    /// The ids of the tokens that a `tokenizer.json` adds to its vocabulary or marks as special.
    ///
    /// @throws TokenizerException if it cannot be read
    public static BitSet addedIds(Path file) {
        BitSet ids = new BitSet();
        try (JsonParser parser = JSON.createParser(file.toFile())) {
            parser.nextToken();
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                boolean added = parser.currentName().equals("added_tokens");
                parser.nextToken();
                if (!added) {
                    parser.skipChildren();
                    continue;
                }
                JsonNode tokens = JSON.readTree(parser);
                tokens.forEach(token -> ids.set(token.path("id").asInt()));
            }
            return ids;
        } catch (IOException e) {
            throw TokenizerException.of(file, "cannot be read: " + e.getMessage(), e);
        }
    }

    /// The bytes of the smaller `tokenizer.json`.
    ///
    /// @throws TokenizerException if it cannot be read, or states an id that it does not have
    public byte[] tokenizer() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonParser parser = JSON.createParser(Files.readAllBytes(file));
                JsonGenerator out = JSON.createGenerator(bytes)) {
            parser.nextToken();
            out.writeStartObject();
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                parser.nextToken();
                out.writeFieldName(name);
                if (name.equals("model")) {
                    copyModel(parser, out);
                } else {
                    JsonNode part = JSON.readTree(parser);
                    renumber(name, part);
                    JSON.writeTree(out, part);
                }
            }
            out.writeEndObject();
        } catch (IOException e) {
            throw TokenizerException.of(file, "cannot be read: " + e.getMessage(), e);
        }
        return bytes.toByteArray();
    }

    private void copyModel(JsonParser parser, JsonGenerator out) throws IOException {
        out.writeStartObject();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            JsonToken value = parser.nextToken();
            out.writeFieldName(name);
            if (name.equals("vocab")) {
                copyVocabulary(parser, out);
            } else if (name.equals("unk_id") && value == JsonToken.VALUE_NUMBER_INT) {
                out.writeNumber(renumbered(parser.getIntValue()));
            } else {
                out.copyCurrentStructure(parser);
            }
        }
        out.writeEndObject();
    }

    private void copyVocabulary(JsonParser parser, JsonGenerator out) throws IOException {
        out.writeStartArray();
        for (int id = 0; parser.nextToken() == JsonToken.START_ARRAY; id++) {
            parser.nextToken();
            String piece = parser.getText();
            parser.nextToken();
            String score = parser.getText();
            parser.nextToken();
            if (kept.get(id)) {
                out.writeStartArray();
                out.writeString(piece);
                out.writeNumber(score);
                out.writeEndArray();
            }
        }
        out.writeEndArray();
    }

    private void renumber(String name, JsonNode part) {
        switch (name) {
            case "added_tokens" -> part.forEach(token -> renumberField(token, "id"));
            case "padding" -> renumberField(part, "pad_id");
            case "post_processor" -> renumberTemplate(part);
            default -> {} // holds no ids
        }
    }

    private void renumberField(JsonNode object, String field) {
        if (object instanceof ObjectNode fields && fields.path(field).isInt()) {
            fields.put(field, renumbered(fields.path(field).intValue()));
        }
    }

    /// `"ids": [0]` of a template's tokens, and `"sep": ["</s>", 2]` of older processors.
    private void renumberTemplate(JsonNode part) {
        part.properties()
                .forEach(
                        field -> {
                            boolean ids = field.getKey().equals("ids");
                            boolean token =
                                    field.getKey().equals("sep") || field.getKey().equals("cls");
                            if ((ids || token) && field.getValue() instanceof ArrayNode array) {
                                renumberAll(array);
                            } else {
                                renumberTemplate(field.getValue());
                            }
                        });
        if (part.isArray()) {
            part.forEach(this::renumberTemplate);
        }
    }

    private void renumberAll(ArrayNode array) {
        for (int i = 0; i < array.size(); i++) {
            if (array.get(i).isInt()) {
                array.set(i, IntNode.valueOf(renumbered(array.get(i).intValue())));
            }
        }
    }

    private int renumbered(int id) {
        if (id < 0 || !kept.get(id)) {
            throw TokenizerException.of(
                    file, "states the id %d, which its vocabulary does not have".formatted(id));
        }
        return newId.applyAsInt(id);
    }

    /// The bytes of `tokenizer_config.json` with the new ids as keys of `added_tokens_decoder`.
    ///
    /// @throws TokenizerException as [#tokenizer]
    public byte[] settings() {
        JsonNode settings = tree();
        if (settings.path("added_tokens_decoder") instanceof ObjectNode tokens) {
            ObjectNode renumbered = JSON.createObjectNode();
            tokens.properties()
                    .forEach(
                            token ->
                                    renumbered.set(
                                            Integer.toString(renumbered(number(token.getKey()))),
                                            token.getValue()));
            ((ObjectNode) settings).set("added_tokens_decoder", renumbered);
        }
        return bytes(settings);
    }

    /// The bytes of `added_tokens.json` with the new ids.
    ///
    /// @throws TokenizerException as [#tokenizer]
    public byte[] addedTokens() {
        JsonNode tokens = tree();
        for (var token : tokens.properties()) {
            renumberField(tokens, token.getKey());
        }
        return bytes(tokens);
    }

    private int number(String key) {
        try {
            return Integer.parseInt(key);
        } catch (NumberFormatException e) {
            throw TokenizerException.of(
                    file, "added_tokens_decoder has the key '%s'; expected an id".formatted(key));
        }
    }

    private JsonNode tree() {
        try {
            return JSON.readTree(file.toFile());
        } catch (IOException e) {
            throw TokenizerException.of(file, "cannot be read: " + e.getMessage(), e);
        }
    }

    private static byte[] bytes(JsonNode json) {
        try {
            return JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(json);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
