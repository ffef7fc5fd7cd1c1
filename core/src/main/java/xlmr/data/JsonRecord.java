package xlmr.data;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// One JSON object of a file that knows its place, so that what is wrong in it can be said.
final class JsonRecord {

    static final ObjectReader JSON =
            JsonMapper.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS) // keep 1.50
                    .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
                    .build()
                    .readerFor(JsonNode.class);

    private static final int SHOWN_CHARS = 40;

    private final JsonNode object;
    private final String source;
    private final long line;

    /// @param line where the object begins, from 1
    JsonRecord(JsonNode object, String source, long line) {
        this.object = object;
        this.source = source;
        this.line = line;
    }

    /// The object on the next line that is not blank, or null after the last.
    ///
    /// @param example what a line should look like, for messages
    static @Nullable JsonRecord next(LineSplitter lines, String source, String example)
            throws IOException {
        String line = lines.next();
        while (line != null && line.isBlank()) {
            line = lines.next();
        }
        if (line == null) {
            return null;
        }
        JsonNode object;
        try {
            object = JSON.readTree(line);
        } catch (JsonProcessingException e) {
            throw new DataException(
                    "%s, line %d: not JSON: %s"
                            .formatted(source, lines.line(), firstLine(e.getOriginalMessage())),
                    e);
        }
        if (!object.isObject()) {
            throw DataException.at(
                    source,
                    lines.line(),
                    "expected one JSON object a line, such as %s, found %s"
                            .formatted(example, kind(object)));
        }
        return new JsonRecord(object, source, lines.line());
    }

    /// An object inside this one, at the same place.
    JsonRecord within(JsonNode inner) {
        return new JsonRecord(inner, source, line);
    }

    String source() {
        return source;
    }

    long line() {
        return line;
    }

    boolean has(String field) {
        return object.hasNonNull(field);
    }

    /// The names of all fields, in their order.
    List<String> names() {
        List<String> names = new ArrayList<>();
        object.fieldNames().forEachRemaining(names::add);
        return names;
    }

    /// The field that is asked for, or else the first of the usual ones that is there.
    ///
    /// @return a name; if none is there the first usual one, so that the message about it follows
    String firstOf(@Nullable String asked, String... usual) {
        if (asked != null) {
            return asked;
        }
        for (String name : usual) {
            if (has(name)) {
                return name;
            }
        }
        return usual[0];
    }

    /// A field that must be there.
    JsonNode field(String name) {
        JsonNode value = object.get(name);
        if (value == null) {
            List<String> names = names();
            throw problem(
                    "no field '%s'; the fields are %s%s"
                            .formatted(
                                    name, NearestName.list(names), NearestName.hint(name, names)));
        }
        return value;
    }

    /// A field that must be a string.
    String text(String name) {
        return text(field(name), name);
    }

    /// A field that must be an array of strings.
    List<String> texts(String name) {
        List<String> texts = new ArrayList<>();
        for (JsonNode element : array(name)) {
            texts.add(text(element, name));
        }
        return texts;
    }

    /// A field that must be an array of objects.
    List<JsonRecord> objects(String name) {
        List<JsonRecord> objects = new ArrayList<>();
        for (JsonNode element : array(name)) {
            if (!element.isObject()) {
                throw problem(
                        "expected objects in field '%s', found %s"
                                .formatted(name, shortened(element)));
            }
            objects.add(within(element));
        }
        return objects;
    }

    /// A field that must be an array of labels: strings, numbers or booleans.
    List<String> labels(String name) {
        List<String> labels = new ArrayList<>();
        for (JsonNode element : array(name)) {
            labels.add(label(element, name));
        }
        return labels;
    }

    /// A label, not yet stripped.
    ///
    /// @param name the field it is in
    String label(JsonNode value, String name) {
        if (!value.isTextual() && !value.isNumber() && !value.isBoolean()) {
            throw problem(
                    "expected a label in field '%s', found %s".formatted(name, shortened(value)));
        }
        return whole(value.asText(), name);
    }

    /// A string.
    ///
    /// @param name the field it is in
    String text(JsonNode value, String name) {
        if (!value.isTextual()) {
            throw problem(
                    "expected a string in field '%s', found %s".formatted(name, shortened(value)));
        }
        return whole(value.textValue(), name);
    }

    /// What the record is grouped by, without white space around it.
    ///
    /// @param name the field, which must be there then; null for nothing
    /// @return null if nothing was asked for
    @Nullable String group(@Nullable String name) {
        return name == null ? null : label(field(name), name).strip();
    }

    DataException problem(String what) {
        return DataException.at(source, line, what);
    }

    private JsonNode array(String name) {
        JsonNode value = field(name);
        if (!value.isArray()) {
            throw problem(
                    "expected an array in field '%s', found %s".formatted(name, shortened(value)));
        }
        return value;
    }

    /// JSON can escape half a character, which is no text.
    private String whole(String text, String name) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (!Character.isSurrogate(c)) {
                continue;
            }
            boolean pair =
                    i + 1 < text.length() && Character.isSurrogatePair(c, text.charAt(i + 1));
            if (!pair) {
                throw problem(
                        "field '%s' holds half of a surrogate pair (\\u%04X)"
                                .formatted(name, (int) c));
            }
            i++;
        }
        return text;
    }

    /// What a value is, in JSON's words.
    static String kind(JsonNode value) {
        return value.getNodeType().name().toLowerCase(Locale.ROOT);
    }

    static String shortened(JsonNode value) {
        String text = value.toString();
        return text.length() <= SHOWN_CHARS ? text : text.substring(0, SHOWN_CHARS) + "...";
    }

    static String firstLine(String message) {
        int end = message.indexOf('\n');
        return end < 0 ? message : message.substring(0, end);
    }
}
