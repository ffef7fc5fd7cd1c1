package xlmr.checkpoint;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.exc.InputCoercionException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import xlmr.tensor.DType;

/// The JSON header of a safetensors file, read and checked against the format's rules
/// (huggingface/safetensors, README and safetensors/src/tensor.rs):
/// 1. The header is one JSON object in UTF-8, first byte `{`, at most 100,000,000 bytes, perhaps
///    padded with spaces.
/// 2. Each entry is `{"dtype", "shape", "data_offsets": [begin, end]}`; no name comes twice.
/// 3. `end - begin` is the product of the shape times the element's size, computed without
///    overflow.
/// 4. In the order of their offsets the arrays cover the data without hole, overlap or rest.
/// 5. `__metadata__`, if present, maps texts to texts.
final class SafetensorsHeader {
    static final String METADATA = "__metadata__";

    private static final String DTYPES =
            Stream.of(DType.values()).map(DType::name).collect(Collectors.joining(", "));

    private final String source;
    private final JsonParser parser;
    private final Map<String, Entry> entries = new LinkedHashMap<>();
    private final Map<String, String> metadata = new LinkedHashMap<>();

    /// Where an array lies: `begin` counts from the first byte of the data.
    record Entry(TensorInfo info, long begin) {
        long end() {
            return begin + info.bytes();
        }
    }

    /// What a valid header says, entries in the order of their data.
    record Content(Map<String, Entry> entries, Map<String, String> metadata) {}

    private SafetensorsHeader(String source, JsonParser parser) {
        this.source = source;
        this.parser = parser;
    }

    /// Reads a header.
    ///
    /// @param dataBytes size of the file behind the header
    /// @throws CheckpointException with the first rule that is broken
    static Content read(String source, String json, long dataBytes) {
        if (!json.startsWith("{")) {
            throw new CheckpointException(
                    source,
                    json.isEmpty()
                            ? "header: empty; expected a JSON object"
                            : "header: expected a JSON object, found '%s...'"
                                    .formatted(json.substring(0, Math.min(20, json.length()))),
                    "is this a safetensors file?");
        }
        try (JsonParser parser = JsonDocument.FACTORY.createParser(json)) {
            SafetensorsHeader header = new SafetensorsHeader(source, parser);
            header.readObject();
            return new Content(header.checkLayout(dataBytes), header.metadata);
        } catch (InputCoercionException e) {
            throw new CheckpointException(source, "header: a number beyond 2^63 - 1");
        } catch (JsonProcessingException e) {
            throw new CheckpointException(
                    source, "header: not valid JSON: " + JsonDocument.describe(e));
        } catch (IOException e) {
            throw new AssertionError("a text has no input errors", e);
        }
    }

    private void readObject() throws IOException {
        parser.nextToken();
        for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
            parser.nextToken();
            if (name.equals(METADATA)) {
                readMetadata();
            } else {
                entries.put(name, readEntry(name));
            }
        }
        if (parser.nextToken() != null) {
            throw refused("something follows the JSON object");
        }
    }

    private void readMetadata() throws IOException {
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            throw refused("%s: expected an object of texts".formatted(METADATA));
        }
        for (String key = parser.nextFieldName(); key != null; key = parser.nextFieldName()) {
            if (parser.nextToken() != JsonToken.VALUE_STRING) {
                throw refused(
                        "%s: %s is %s; expected a text".formatted(METADATA, key, parser.getText()));
            }
            metadata.put(key, parser.getText());
        }
    }

    private Entry readEntry(String name) throws IOException {
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            throw refused(
                    name,
                    "expected {\"dtype\", \"shape\", \"data_offsets\"}, found " + parser.getText());
        }
        DType dtype = null;
        long[] shape = null;
        long[] offsets = null;
        for (String key = parser.nextFieldName(); key != null; key = parser.nextFieldName()) {
            parser.nextToken();
            switch (key) {
                case "dtype" -> dtype = readDType(name);
                case "shape" -> shape = readSizes(name, key);
                case "data_offsets" -> offsets = readSizes(name, key);
                // Like the reference, which lets the format grow.
                default -> parser.skipChildren();
            }
        }
        if (dtype == null || shape == null || offsets == null) {
            throw refused(
                    name,
                    "no \"%s\""
                            .formatted(
                                    dtype == null
                                            ? "dtype"
                                            : shape == null ? "shape" : "data_offsets"));
        }
        return entry(name, dtype, shape, offsets);
    }

    private DType readDType(String name) throws IOException {
        String text = parser.getText();
        if (parser.currentToken() == JsonToken.VALUE_STRING) {
            for (DType dtype : DType.values()) {
                if (dtype.name().equals(text)) {
                    return dtype;
                }
            }
        }
        throw new CheckpointException(
                source,
                "tensor '%s': dtype %s is unknown".formatted(name, text),
                "supported are " + DTYPES);
    }

    private long[] readSizes(String name, String key) throws IOException {
        if (parser.currentToken() != JsonToken.START_ARRAY) {
            throw refused(
                    name, "%s is %s; expected a list of sizes".formatted(key, parser.getText()));
        }
        List<Long> sizes = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            if (parser.currentToken() != JsonToken.VALUE_NUMBER_INT) {
                throw refused(
                        name,
                        "%s holds %s; expected whole numbers".formatted(key, parser.getText()));
            }
            long size = parser.getLongValue();
            if (size < 0) {
                throw refused(name, "%s holds %d; a size is negative".formatted(key, size));
            }
            sizes.add(size);
        }
        return sizes.stream().mapToLong(Long::longValue).toArray();
    }

    private Entry entry(String name, DType dtype, long[] shape, long[] offsets) {
        if (offsets.length != 2) {
            throw refused(
                    name,
                    "data_offsets has %d numbers; expected begin and end"
                            .formatted(offsets.length));
        }
        if (offsets[0] > offsets[1]) {
            throw refused(
                    name,
                    "data_offsets begin at %d, after their end %d"
                            .formatted(offsets[0], offsets[1]));
        }
        long bytes = dtype.bytes();
        try {
            for (long size : shape) {
                bytes = Math.multiplyExact(bytes, size);
            }
        } catch (ArithmeticException e) {
            throw refused(
                    name,
                    "shape %s has more than 2^63 - 1 bytes".formatted(Arrays.toString(shape)));
        }
        if (bytes != offsets[1] - offsets[0]) {
            throw refused(
                    name,
                    "%s %s takes %d bytes, data_offsets say %d"
                            .formatted(
                                    dtype, Arrays.toString(shape), bytes, offsets[1] - offsets[0]));
        }
        return new Entry(new TensorInfo(name, dtype, shape, bytes), offsets[0]);
    }

    private Map<String, Entry> checkLayout(long dataBytes) {
        List<Entry> ordered = new ArrayList<>(entries.values());
        ordered.sort(Comparator.comparingLong(Entry::begin).thenComparingLong(Entry::end));
        Map<String, Entry> byName = new LinkedHashMap<>();
        Entry previous = null;
        for (Entry entry : ordered) {
            checkFollows(previous, entry);
            byName.put(entry.info().name(), entry);
            previous = entry;
        }
        long covered = previous == null ? 0 : previous.end();
        if (covered > dataBytes) {
            throw new CheckpointException(
                    source,
                    "the arrays take %d bytes, the file has %d".formatted(covered, dataBytes),
                    "the file was cut; fetch it again");
        }
        if (covered < dataBytes) {
            throw new CheckpointException(
                    source, "%d bytes follow the last array".formatted(dataBytes - covered));
        }
        return byName;
    }

    private void checkFollows(@Nullable Entry previous, Entry entry) {
        long expected = previous == null ? 0 : previous.end();
        if (entry.begin() == expected) {
            return;
        }
        String before = previous == null ? "the data" : "'" + previous.info().name() + "'";
        throw refused(
                entry.info().name(),
                entry.begin() < expected
                        ? "begins at %d and overlaps %s, which ends at %d"
                                .formatted(entry.begin(), before, expected)
                        : "begins at %d, %d unused bytes after %s"
                                .formatted(
                                        entry.begin(),
                                        entry.begin() - expected,
                                        previous == null ? "the header" : before));
    }

    private CheckpointException refused(String reason) {
        return new CheckpointException(source, "header: " + reason);
    }

    private CheckpointException refused(String name, String reason) {
        return new CheckpointException(source, "tensor '%s': %s".formatted(name, reason));
    }
}
