package xlmr.data;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.Reader;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/// Walks through JSON of which only one paragraph is held at a time. It goes into the arrays `data`
/// and `paragraphs` and into one at the top; every other value is kept until its object ends, and
/// then it is seen whether that was a question.
final class JsonQuestions implements RecordCursor.Source<Question> {

    private static final int MAX_DEPTH = 64;

    private final RecordLimit limit;
    private final QuestionFields fields;
    private final String source;
    private final int maxChars;
    private final Deque<Question> ready = new ArrayDeque<>();
    private final Deque<Level> open = new ArrayDeque<>();
    private @Nullable JsonParser opened;

    /// An object or array that has begun and not yet ended.
    private sealed interface Level {}

    private record ArrayLevel(boolean paragraphs) implements Level {}

    /// @param values what the object holds beside the arrays that were gone into
    private record ObjectLevel(ObjectNode values, long line) implements Level {}

    JsonQuestions(Reader reader, String source, QuestionFields fields, ReadLimits limits) {
        this.source = source;
        maxChars = limits.recordChars();
        limit = new RecordLimit(reader, source, maxChars);
        this.fields = fields;
    }

    @Override
    public @Nullable Question next() throws IOException {
        JsonParser parser = parser();
        while (ready.isEmpty()) {
            try {
                JsonToken token = parser.nextToken();
                if (token == null) {
                    return null;
                }
                accept(token, parser);
            } catch (JsonProcessingException e) {
                throw new DataException(
                        "%s, line %d: not JSON: %s"
                                .formatted(
                                        source,
                                        parser.currentLocation().getLineNr(),
                                        JsonRecord.firstLine(e.getOriginalMessage())),
                        e);
            }
        }
        return ready.removeFirst();
    }

    private JsonParser parser() throws IOException {
        JsonParser known = opened;
        if (known == null) {
            JsonFactory factory =
                    JsonFactory.builder()
                            .streamReadConstraints(
                                    StreamReadConstraints.builder()
                                            .maxNestingDepth(MAX_DEPTH)
                                            .maxStringLength(maxChars)
                                            .build())
                            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                            .build();
            known = JsonMapper.builder(factory).build().createParser(limit);
            opened = known;
        }
        return known;
    }

    private void accept(JsonToken token, JsonParser parser) throws IOException {
        if (token == JsonToken.START_OBJECT) {
            startObject(parser);
        } else if (token == JsonToken.END_OBJECT && open.pop() instanceof ObjectLevel level) {
            endObject(level);
        } else if (token == JsonToken.END_ARRAY) {
            open.pop();
        } else if (token == JsonToken.START_ARRAY && open.isEmpty()) {
            open.push(new ArrayLevel(false));
        } else if (token == JsonToken.FIELD_NAME && open.peek() instanceof ObjectLevel level) {
            field(level, parser);
        } else {
            throw DataException.at(
                    source,
                    line(parser),
                    "expected an object, such as SQuAD's {\"data\": [...]} or one with 'question'"
                            + " and 'context', found %s".formatted(token));
        }
    }

    private void startObject(JsonParser parser) throws IOException {
        limit.restart();
        long line = line(parser);
        if (open.peek() instanceof ArrayLevel(boolean paragraphs) && paragraphs) {
            ObjectNode paragraph = parser.readValueAsTree();
            ready.addAll(fields.paragraph(new JsonRecord(paragraph, source, line)));
        } else {
            open.push(new ObjectLevel(JsonNodeFactory.instance.objectNode(), line));
        }
    }

    private void field(ObjectLevel level, JsonParser parser) throws IOException {
        String name = parser.currentName();
        boolean paragraphs = name.equals("paragraphs");
        if (parser.nextToken() == JsonToken.START_ARRAY && (paragraphs || name.equals("data"))) {
            level.values().putNull(name);
            open.push(new ArrayLevel(paragraphs));
        } else {
            level.values().set(name, parser.readValueAsTree());
        }
    }

    private void endObject(ObjectLevel level) {
        JsonRecord record = new JsonRecord(level.values(), source, level.line());
        if (level.values().has("data") || level.values().has("paragraphs")) {
            return;
        }
        ready.addAll(record.has("qas") ? fields.paragraph(record) : fields.flat(record));
    }

    private static long line(JsonParser parser) {
        return parser.currentTokenLocation().getLineNr();
    }
}
