package xlmr.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.Arrays;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

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
        var tokenizer = XlmRobertaTokenizer.load(model, TokenizerReference.SENTENCEPIECE);
        SoftAssertions softly = new SoftAssertions();
        JsonNode rows = Fixtures.json(cases).get("cases");
        assertThat(rows.size()).isPositive();
        for (JsonNode row : rows) {
            int[] ids = tokenizer.encode(row.get("text").asText(), PLAIN).ids();
            softly.assertThat(Arrays.toString(ids))
                    .as("%s", row)
                    .isEqualTo(Arrays.toString(Fixtures.ints(row.get("spm"))));
        }
        softly.assertAll();
    }
}
