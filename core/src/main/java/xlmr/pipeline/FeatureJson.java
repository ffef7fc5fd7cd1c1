package xlmr.pipeline;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.StreamWriteFeature;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import xlmr.tokenizer.Encoding;

/// Features of one text as one line of JSON.
///
/// `text`, perhaps `text_pair`; `layers`, by number the vector, or of tokens a list of them;
/// `head`, likewise; `ids`, `sequence` and `offsets` where a vector is of a token or attentions are
/// there; `attentions`, by layer `[head][query][key]`; `truncated_tokens` if the text was cut.
public final class FeatureJson {
    private static final JsonFactory FACTORY =
            JsonFactory.builder()
                    .disable(
                            StreamWriteFeature.AUTO_CLOSE_TARGET,
                            StreamWriteFeature.FLUSH_PASSED_TO_STREAM)
                    .build();

    private FeatureJson() {}

    /// Writes the line with its line feed.
    ///
    /// @throws UncheckedIOException if `to` takes no more
    public static void writeLine(FeatureExtraction.Extracted one, OutputStream to) {
        try (JsonGenerator json = FACTORY.createGenerator(to)) {
            Features features = one.features();
            Encoding encoding = features.encoding();
            json.writeStartObject();
            json.writeStringField("text", one.example().text());
            String pair = one.example().textPair();
            if (pair != null) {
                json.writeStringField("text_pair", pair);
            }
            boolean perToken = vectors(json, features) || !features.attentions().isEmpty();
            if (perToken) {
                tokens(json, encoding);
            }
            attentions(json, features);
            if (encoding.isTruncated()) {
                json.writeNumberField("truncated_tokens", encoding.truncatedTokens());
            }
            json.writeEndObject();
            json.writeRaw('\n');
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Returns whether there is one for each token.
    private static boolean vectors(JsonGenerator json, Features features) throws IOException {
        boolean perToken = features.perToken();
        if (!features.layers().isEmpty()) {
            json.writeObjectFieldStart("layers");
            for (Map.Entry<Integer, float[]> layer : features.layers().entrySet()) {
                json.writeFieldName(layer.getKey().toString());
                rows(json, layer.getValue(), features.columns(), perToken);
            }
            json.writeEndObject();
        }
        float @Nullable [] head = features.head();
        if (head != null) {
            json.writeFieldName("head");
            rows(json, head, features.headColumns(), perToken);
        }
        return perToken;
    }

    private static void rows(JsonGenerator json, float[] values, int columns, boolean several)
            throws IOException {
        if (!several) {
            row(json, values, 0, values.length);
            return;
        }
        json.writeStartArray();
        for (int from = 0; from < values.length; from += columns) {
            row(json, values, from, columns);
        }
        json.writeEndArray();
    }

    private static void row(JsonGenerator json, float[] values, int from, int count)
            throws IOException {
        json.writeStartArray();
        for (int i = from; i < from + count; i++) {
            json.writeNumber(values[i]);
        }
        json.writeEndArray();
    }

    private static void tokens(JsonGenerator json, Encoding encoding) throws IOException {
        json.writeFieldName("ids");
        json.writeArray(encoding.ids(), 0, encoding.length());
        json.writeFieldName("sequence");
        json.writeArray(encoding.sequenceIds(), 0, encoding.length());
        json.writeArrayFieldStart("offsets");
        for (int t = 0; t < encoding.length(); t++) {
            json.writeArray(new int[] {encoding.starts()[t], encoding.ends()[t]}, 0, 2);
        }
        json.writeEndArray();
    }

    private static void attentions(JsonGenerator json, Features features) throws IOException {
        if (features.attentions().isEmpty()) {
            return;
        }
        int tokens = features.encoding().length();
        json.writeObjectFieldStart("attentions");
        for (Map.Entry<Integer, float[]> layer : features.attentions().entrySet()) {
            json.writeArrayFieldStart(layer.getKey().toString());
            float[] values = layer.getValue();
            for (int from = 0; from < values.length; from += tokens * tokens) {
                json.writeStartArray();
                for (int query = 0; query < tokens; query++) {
                    row(json, values, from + query * tokens, tokens);
                }
                json.writeEndArray();
            }
            json.writeEndArray();
        }
        json.writeEndObject();
    }
}
