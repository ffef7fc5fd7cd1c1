package xlmr.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.PrintStream;

/// Values as JSON, one a line.
final class Json {
    /// Not-a-number and the infinities have no JSON: they are written as text, `"NaN"`.
    private static final ObjectMapper MAPPER =
            JsonMapper.builder().disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET).build();

    private Json() {}

    /// The value on one line: maps and lists, numbers, text, or a Jackson tree.
    static String line(Object value) {
        try {
            return MAPPER.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("cannot be written as JSON: " + value, e);
        }
    }

    static void printLine(PrintStream out, Object value) {
        out.println(line(value));
    }
}
