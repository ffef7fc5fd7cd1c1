package xlmr.tokenizer.sentencepiece;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import xlmr.tokenizer.Fixtures;

/// Ids, pieces, spans and decoded texts against C++ SentencePiece 0.2.3, on the bundled part of the
/// fixtures and on all of them where they are present.
class SentencePieceFixturesTest {
    private final Map<String, SentencePieceProcessor> processors = new HashMap<>();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "bpe",
                "bpe_bytes",
                "byte_fallback",
                "char",
                "custom_ids",
                "identity",
                "keep_ws",
                "nfkc_cf",
                "no_dummy_prefix",
                "no_ws_split",
                "tiny",
                "user_symbols",
                "ws_suffix",
                "xlmr"
            })
    void answersAsTheLibraryOnEveryInput(String variant) {
        Path root = Fixtures.shared("reference/tokenizers");
        assertEncodesAs(root, variant);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "bpe_bytes",
                "char",
                "custom_ids",
                "identity",
                "no_dummy_prefix",
                "no_ws_split",
                "tiny",
                "user_symbols",
                "ws_suffix"
            })
    void answersAsTheLibraryOnTheBundledInputs(String variant) {
        assertEncodesAs(Fixtures.bundled("tokenizers"), variant);
    }

    @Test
    void givesTheSameBestSegmentationsAndScores() {
        Path root = Fixtures.shared("reference/tokenizers");
        List<JsonNode> rows = Fixtures.lines(root.resolve("cpp_nbest.jsonl.gz"));
        assertThat(rows).isNotEmpty();
        for (JsonNode row : rows) {
            var found =
                    processor(root, row.get("model").asText()).nBest(row.get("text").asText(), 5);
            JsonNode wanted = row.get("nbest");
            assertThat(found).as("%s", row).hasSize(wanted.size());
            for (int i = 0; i < found.size(); i++) {
                assertThat(found.get(i).ids())
                        .as("%d of %s", i, row)
                        .containsExactly(Fixtures.ints(wanted.get(i).get("ids")));
                assertThat((double) found.get(i).score())
                        .isEqualTo(wanted.get(i).get("score").asDouble(), within(2e-5));
            }
        }
    }

    @Test
    void decodesAndAddsMarksAsTheLibrary() {
        Path root = Fixtures.shared("reference/tokenizers");
        List<JsonNode> rows = Fixtures.lines(root.resolve("cpp_options_and_decode.jsonl.gz"));
        assertThat(rows).isNotEmpty();
        for (JsonNode row : rows) {
            SentencePieceProcessor processor = processor(root, row.get("model").asText());
            int[] ids = Fixtures.ints(row.get("ids"));
            if (row.get("op").asText().equals("encode")) {
                assertThat(encodeWithMarks(processor, row)).as("%s", row).containsExactly(ids);
            } else if (row.has("error")) {
                assertThatThrownBy(() -> processor.decode(ids))
                        .isInstanceOf(IndexOutOfBoundsException.class);
            } else {
                assertThat(processor.decode(ids)).as("%s", row).isEqualTo(row.get("text").asText());
            }
        }
    }

    @Test
    void encodesBytesThatAreNotUtf8AsTheLibrary() {
        Path root = Fixtures.shared("reference/tokenizers");
        List<JsonNode> rows = Fixtures.lines(root.resolve("cpp_invalid_utf8.jsonl"));
        assertThat(rows).isNotEmpty();
        for (JsonNode row : rows) {
            byte[] bytes = HexFormat.of().parseHex(row.get("utf8_hex").asText());
            Pieces pieces =
                    processor(root, row.get("model").asText())
                            .encode(bytes, bytes.length, new Workspace());
            assertThat(Arrays.copyOf(pieces.ids(), pieces.size()))
                    .as("%s", row)
                    .containsExactly(Fixtures.ints(row.get("ids")));
            assertThat(spans(pieces)).as("%s", row).containsExactly(Fixtures.ints(row.get("u8")));
        }
    }

    private static int[] encodeWithMarks(SentencePieceProcessor processor, JsonNode row) {
        Pieces pieces = processor.encode(row.get("text").asText());
        int bos = row.get("bos").asBoolean() ? 1 : 0;
        int eos = row.get("eos").asBoolean() ? 1 : 0;
        int[] ids = new int[pieces.size() + bos + eos];
        for (int i = 0; i < pieces.size(); i++) {
            int from = row.get("reverse").asBoolean() ? pieces.size() - 1 - i : i;
            ids[bos + i] = pieces.ids()[from];
        }
        if (bos == 1) {
            ids[0] = processor.controlId(processor.model().bosPiece());
        }
        if (eos == 1) {
            ids[ids.length - 1] = processor.controlId(processor.model().eosPiece());
        }
        return ids;
    }

    private void assertEncodesAs(Path root, String variant) {
        List<JsonNode> inputs = Fixtures.lines(root.resolve("inputs.jsonl.gz"));
        List<JsonNode> answers = Fixtures.lines(root.resolve(variant + "/cpp.jsonl.gz"));
        assertThat(answers).isNotEmpty().hasSameSizeAs(inputs);
        SentencePieceProcessor processor = processor(root, variant);
        Workspace workspace = new Workspace();
        SoftAssertions softly = new SoftAssertions();
        int equal = 0;
        for (int i = 0; i < inputs.size(); i++) {
            String text = inputs.get(i).get("text").asText();
            JsonNode answer = answers.get(i);
            byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
            String got =
                    describe(
                            processor,
                            processor.encode(utf8, utf8.length, workspace),
                            utf8,
                            answer);
            String wanted = wanted(processor, answer);
            if (got.equals(wanted)) {
                equal++;
            } else if (i - equal < 5) {
                softly.assertThat(got).as("%s %s", variant, inputs.get(i)).isEqualTo(wanted);
            }
        }
        softly.assertThat(equal).as("equal answers of %s", variant).isEqualTo(inputs.size());
        System.out.printf("%s: %d of %d equal%n", variant, equal, inputs.size());
        softly.assertAll();
    }

    private static String describe(
            SentencePieceProcessor processor, Pieces pieces, byte[] utf8, JsonNode answer) {
        int[] ids = Arrays.copyOf(pieces.ids(), pieces.size());
        String text = new String(utf8, StandardCharsets.UTF_8);
        String normalized = processor.normalize(text);
        byte[] bytes = normalized.getBytes(StandardCharsets.UTF_8);
        StringBuilder shown = new StringBuilder(Arrays.toString(ids));
        int[] spans = spans(pieces);
        int[] codePoints = new int[spans.length];
        for (int i = 0; i < spans.length; i++) {
            String before = new String(utf8, 0, spans[i], StandardCharsets.UTF_8);
            codePoints[i] = before.codePointCount(0, before.length());
        }
        shown.append(Arrays.toString(codePoints));
        for (int i = 0; i < ids.length; i++) {
            int from = pieces.textBegins()[i];
            String piece =
                    processor.type(ids[i]) == PieceType.BYTE
                            ? processor.piece(ids[i])
                            : new String(
                                    bytes,
                                    from,
                                    pieces.textEnds()[i] - from,
                                    StandardCharsets.UTF_8);
            shown.append(' ').append(piece);
        }
        if (answer.has("u8")) {
            shown.append(Arrays.toString(spans)).append(normalized);
        }
        if (answer.has("dec")) {
            shown.append('|').append(processor.decode(ids));
        }
        return shown.toString();
    }

    private static String wanted(SentencePieceProcessor processor, JsonNode answer) {
        int[] ids = Fixtures.ints(answer.get("ids"));
        StringBuilder shown = new StringBuilder(Arrays.toString(ids));
        shown.append(Arrays.toString(Fixtures.ints(answer.get("cp"))));
        Map<Integer, String> unknown = new HashMap<>();
        if (answer.has("unk")) {
            answer.get("unk").forEach(x -> unknown.put(x.get(0).asInt(), x.get(1).asText()));
        }
        for (int i = 0; i < ids.length; i++) {
            String piece =
                    answer.has("pieces")
                            ? answer.get("pieces").get(i).asText()
                            : unknown.getOrDefault(i, processor.piece(ids[i]));
            shown.append(' ').append(piece);
        }
        if (answer.has("u8")) {
            shown.append(Arrays.toString(Fixtures.ints(answer.get("u8"))));
            shown.append(answer.get("norm").asText());
        }
        if (answer.has("dec")) {
            shown.append('|').append(answer.get("dec").asText());
        }
        return shown.toString();
    }

    private static int[] spans(Pieces pieces) {
        int[] spans = new int[2 * pieces.size()];
        for (int i = 0; i < pieces.size(); i++) {
            spans[2 * i] = pieces.begins()[i];
            spans[2 * i + 1] = pieces.ends()[i];
        }
        return spans;
    }

    private SentencePieceProcessor processor(Path root, String variant) {
        return processors.computeIfAbsent(
                variant,
                name -> {
                    Path file = root.resolve(name).resolve("spm.model");
                    assertThat(Files.exists(file)).as("%s", file).isTrue();
                    return SentencePieceProcessor.load(file);
                });
    }
}
