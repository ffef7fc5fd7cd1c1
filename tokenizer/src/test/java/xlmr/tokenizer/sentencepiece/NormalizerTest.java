package xlmr.tokenizer.sentencepiece;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import xlmr.tokenizer.Fixtures;

/// What becomes of a text before it is cut into pieces.
class NormalizerTest {
    private static @Nullable Charsmap nmtNfkc;

    @BeforeAll
    static void loadTable() {
        Path tiny = Fixtures.bundled("tokenizers/tiny/spm.model");
        nmtNfkc = SentencePieceProcessor.load(tiny).model().normalizer().charsmap();
    }

    /// Texts in Java escapes; `_` is U+2581.
    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '"',
            textBlock =
                    """
                    Hello world,             _Hello_world
                    "  two  spaces  ",       _two_spaces
                    tab\\tand\\nline,        _tab_and_line
                    "",                      ""
                    "   ",                   ""
                    \\u3000wide\\u00a0space, _wide_space
                    \\uff21\\uff22\\uff11,   _AB1
                    \\ufb01n,                _fin
                    e\\u0301,                _\\u00e9
                    \\u1112\\u1161\\u11ab,   _\\ud55c
                    \\uff76\\uff9e,          _\\u30ac
                    \\u2460\\u00bd,          _11\\u20442
                    a\\u200bb,               _a_b
                    a\\u0000b,               _a\\u0000b
                    a_,                      _a
                    """)
    void nmtNfkcGives(String text, String normalized) {
        NormalizerRules rules = new NormalizerRules("", nmtNfkc, true, true, true, false);
        assertThat(normalize(rules, unescape(text))).isEqualTo(unescape(normalized));
    }

    @Test
    void eachWhiteSpaceRuleDoesWhatItSays() {
        String text = "  a  b ";
        assertThat(normalize(new NormalizerRules("", null, true, true, true, false), text))
                .isEqualTo("\u2581a\u2581b");
        assertThat(normalize(new NormalizerRules("", null, false, true, true, false), text))
                .isEqualTo("a\u2581b");
        assertThat(normalize(new NormalizerRules("", null, true, false, true, false), text))
                .isEqualTo("\u2581\u2581\u2581a\u2581\u2581b\u2581");
        assertThat(normalize(new NormalizerRules("", null, true, true, false, false), text))
                .isEqualTo(" a b");
        assertThat(normalize(new NormalizerRules("", null, true, true, true, true), text))
                .isEqualTo("a\u2581b\u2581");
    }

    @Test
    void everySingleCharacterIsReplacedAsInTheTable() {
        Path root = Fixtures.shared("reference/tokenizers");
        Path table = root.resolve("normalizer_tables/nmt_nfkc_0.1.86.jsonl.gz");
        Map<Integer, String> changed = new HashMap<>();
        for (JsonNode row : Fixtures.lines(table)) {
            changed.put(row.get("cp").asInt(), row.get("to").asText());
        }
        assertThat(changed).hasSizeGreaterThan(4000);
        NormalizerRules rules = new NormalizerRules("", nmtNfkc, false, false, false, false);
        for (int c = 0; c <= Character.MAX_CODE_POINT; c++) {
            if (c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE) {
                continue;
            }
            String text = Character.toString(c);
            assertThat(normalize(rules, text))
                    .as("U+%04X", c)
                    .isEqualTo(changed.getOrDefault(c, text));
        }
    }

    private static String normalize(NormalizerRules rules, String text) {
        NormalizedText normalized = new NormalizedText();
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        normalized.use(utf8, utf8.length);
        new Normalizer(rules, null).normalize(normalized);
        return new String(normalized.normalized, 0, normalized.length, StandardCharsets.UTF_8);
    }

    private static String unescape(String text) {
        StringBuilder result = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '_') {
                result.append('\u2581');
            } else if (c != '\\') {
                result.append(c);
            } else if (text.charAt(i + 1) == 'u') {
                result.append((char) Integer.parseInt(text.substring(i + 2, i + 6), 16));
                i += 5;
            } else {
                result.append(text.charAt(++i) == 't' ? '\t' : '\n');
            }
        }
        return result.toString();
    }
}
