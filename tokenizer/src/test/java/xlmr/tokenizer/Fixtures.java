package xlmr.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Assumptions;

/// Where the answers of the real libraries lie: a small part among the test resources, all of them
/// in `../shared` beside the repository.
public final class Fixtures {
    private static final ObjectMapper JSON = new ObjectMapper();

    private Fixtures() {}

    /// The directory beside the repository; the calling test is skipped with a reason if it is
    /// missing.
    public static Path shared(String name) {
        Path path = Path.of(System.getProperty("xlmr.repository", "..")).resolve("../shared");
        Path wanted = path.resolve(name).normalize();
        Assumptions.assumeTrue(Files.exists(wanted), () -> "no " + wanted + " on this machine");
        return wanted;
    }

    /// The part of the fixtures that the repository holds.
    public static Path bundled(String name) {
        return Path.of("src/test/resources/fixtures").resolve(name).toAbsolutePath();
    }

    /// The lines of a JSON Lines file, gzipped or not.
    public static List<JsonNode> lines(Path file) {
        List<JsonNode> rows = new ArrayList<>();
        try (InputStream raw = Files.newInputStream(file);
                InputStream in = file.toString().endsWith(".gz") ? new GZIPInputStream(raw) : raw;
                BufferedReader reader =
                        new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                if (!line.isEmpty()) {
                    rows.add(JSON.readTree(line));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return rows;
    }

    /// A JSON file, gzipped or not.
    public static JsonNode json(Path file) {
        try (InputStream raw = Files.newInputStream(file);
                InputStream in = file.toString().endsWith(".gz") ? new GZIPInputStream(raw) : raw) {
            return JSON.readTree(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// A JSON array of numbers.
    public static int[] ints(JsonNode array) {
        int[] values = new int[array.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = array.get(i).isNull() ? -1 : array.get(i).asInt();
        }
        return values;
    }

    /// UTF-16 indices of code point indices.
    public static int[] utf16(String text, int[] codePointIndices) {
        int[] starts = new int[text.codePointCount(0, text.length()) + 1];
        for (int i = 0, at = 0; i < starts.length; i++) {
            starts[i] = at;
            at = at < text.length() ? text.offsetByCodePoints(at, 1) : at;
        }
        int[] result = new int[codePointIndices.length];
        for (int i = 0; i < result.length; i++) {
            result[i] = starts[codePointIndices[i]];
        }
        return result;
    }
}
