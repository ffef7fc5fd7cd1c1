package xlmr.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import xlmr.tokenizer.huggingface.ScoreParsing;

/// Ids, spans, words and decoded texts against the fast tokenizer of transformers 5.23, on every
/// input.
class HuggingFaceFixturesTest {
    @ParameterizedTest
    @ValueSource(strings = {"xlmr", "tiny", "identity"})
    void answersAsTheFastTokenizerOnEveryInput(String variant) {
        Path root = Fixtures.shared("reference/tokenizers");
        Path answers = root.resolve(variant).resolve("hf5_fast.jsonl.gz");
        Path file = root.resolve(variant).resolve("hf/tokenizer.json");
        assertAnswers(root, Fixtures.lines(answers), file);
    }

    @Test
    void answersAsTheFastTokenizerOnTheBundledInputs() {
        Path root = Fixtures.bundled("tokenizers");
        List<JsonNode> answers = Fixtures.lines(root.resolve("tiny/hf5_fast.jsonl.gz"));
        assertAnswers(root, answers, root.resolve("tiny/hf/tokenizer.json"));
    }

    @Test
    void answersAsVersion446OnItsOwnFile(@TempDir Path directory) throws IOException {
        Path root = Fixtures.shared("reference/tokenizers");
        Path file = directory.resolve("tokenizer.json");
        try (InputStream in =
                new GZIPInputStream(
                        Files.newInputStream(root.resolve("xlmr/hf446/tokenizer.json.gz")))) {
            Files.copy(in, file);
        }
        Map<Integer, JsonNode> byInput = new HashMap<>();
        for (JsonNode row : Fixtures.lines(root.resolve("xlmr/hf5_fast.jsonl.gz"))) {
            byInput.put(row.get("i").asInt(), row);
        }
        for (JsonNode row :
                Fixtures.lines(root.resolve("xlmr/hf446_fast_where_not_hf5.jsonl.gz"))) {
            byInput.put(row.get("i").asInt(), row);
        }
        assertAnswers(root, List.copyOf(byInput.values()), file);
    }

    private static void assertAnswers(Path root, List<JsonNode> answers, Path file) {
        Map<Integer, String> inputs = new HashMap<>();
        for (JsonNode row : Fixtures.lines(root.resolve("inputs.jsonl.gz"))) {
            inputs.put(row.get("i").asInt(), row.get("text").asText());
        }
        assertThat(answers).isNotEmpty();
        var tokenizer = XlmRobertaTokenizer.ofTokenizerJson(file, ScoreParsing.EXACT);
        SoftAssertions softly = new SoftAssertions();
        int equal = 0;
        int shown = 0;
        for (JsonNode answer : answers) {
            String text = inputs.getOrDefault(answer.get("i").asInt(), "");
            Encoding encoding = tokenizer.encode(text, EncodingOptions.defaults());
            String got =
                    Arrays.toString(encoding.ids())
                            + Arrays.toString(spans(encoding))
                            + Arrays.toString(encoding.wordIds())
                            + tokenizer.decode(encoding.ids(), true);
            String wanted =
                    Arrays.toString(Fixtures.ints(answer.get("ids")))
                            + Arrays.toString(
                                    Fixtures.utf16(text, Fixtures.ints(answer.get("offsets"))))
                            + Arrays.toString(Fixtures.ints(answer.get("words")))
                            + answer.get("dec").asText();
            if (got.equals(wanted)) {
                equal++;
            } else if (shown++ < 8) {
                softly.assertThat(got).as("%s", answer.get("i") + text).isEqualTo(wanted);
            }
        }
        System.out.printf("%s: %d of %d equal%n", file, equal, answers.size());
        softly.assertThat(equal).as("equal answers").isEqualTo(answers.size());
        softly.assertAll();
    }

    private static int[] spans(Encoding encoding) {
        int[] spans = new int[2 * encoding.length()];
        for (int i = 0; i < encoding.length(); i++) {
            spans[2 * i] = encoding.starts()[i];
            spans[2 * i + 1] = encoding.ends()[i];
        }
        return spans;
    }
}
