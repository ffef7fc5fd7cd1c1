package xlmr.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.Function;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import xlmr.tokenizer.huggingface.ScoreParsing;

/// The 250,000 pieces of XLM-R itself, from the directory that `XLMR_REAL_MODEL` (environment or
/// system property) names.
class RealVocabularyTest {
    private static final EncodingOptions PLAIN =
            EncodingOptions.defaults().withSpecialTokens(false);
    private static Path model = Path.of("");
    private static Path cases = Path.of("");

    @BeforeAll
    static void findModel() {
        String directory = System.getProperty("XLMR_REAL_MODEL", System.getenv("XLMR_REAL_MODEL"));
        Assumptions.assumeTrue(directory != null, "XLMR_REAL_MODEL names no directory");
        model = Path.of(directory);
        cases = Fixtures.shared("realmodel/tokenizer_cases.json");
    }

    @Test
    void givesTheIdsOfSentencePiece() {
        assertIds(
                XlmRobertaTokenizer.load(model, TokenizerReference.SENTENCEPIECE),
                row -> row.get("spm"));
    }

    @Test
    void givesTheIdsOfAutoTokenizer() {
        assertIds(XlmRobertaTokenizer.load(model), row -> first(row, "hf_exact", "hf", "spm"));
    }

    @Test
    void givesTheIdsOfTokenizerFromFile() {
        Path file = model.resolve("tokenizer.json");
        assertIds(
                XlmRobertaTokenizer.ofTokenizerJson(file, ScoreParsing.DIGITS_BY_POWER),
                row -> first(row, "hf", "spm"));
    }

    private static JsonNode first(JsonNode row, String... names) {
        for (String name : names) {
            if (row.has(name)) {
                return row.get(name);
            }
        }
        throw new IllegalArgumentException("none of the answers is in " + row);
    }

    private static void assertIds(
            XlmRobertaTokenizer tokenizer, Function<JsonNode, JsonNode> answer) {
        SoftAssertions softly = new SoftAssertions();
        JsonNode rows = Fixtures.json(cases).get("cases");
        assertThat(rows.size()).isPositive();
        for (JsonNode row : rows) {
            int[] ids = tokenizer.encode(row.get("text").asText(), PLAIN).ids();
            softly.assertThat(Arrays.toString(ids))
                    .as("%s", row)
                    .isEqualTo(Arrays.toString(Fixtures.ints(answer.apply(row))));
        }
        softly.assertAll();
    }
}
