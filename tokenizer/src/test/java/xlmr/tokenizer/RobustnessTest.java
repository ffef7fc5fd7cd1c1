package xlmr.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import xlmr.tokenizer.huggingface.ScoreParsing;
import xlmr.tokenizer.sentencepiece.SentencePieceProcessor;

/// Broken files never hang, overflow the stack or escape as another error; odd texts are encoded.
class RobustnessTest {
    private static final Path MODELS = Fixtures.bundled("bad");
    private static final String TEXT = "Hello \uff21\u0301 \u65e5\u672c<mask> \ud83d\ude00";

    @Test
    void aSpoiledModelIsUsedOrRefused(@TempDir Path directory) throws IOException {
        byte[] good = Files.readAllBytes(MODELS.resolve("sentencepiece/good.model"));
        byte[] withCharsmap =
                Files.readAllBytes(MODELS.resolve("sentencepiece/charsmap_random_trie.model"));
        int refused = 0;
        for (int seed = 0; seed < 1500; seed++) {
            byte[] spoiled = spoil(seed % 2 == 0 ? good : withCharsmap, new Random(seed));
            Path file = Files.write(directory.resolve("spoiled.model"), spoiled);
            refused += isRefused(() -> SentencePieceProcessor.load(file).encode(TEXT)) ? 1 : 0;
        }
        assertThat(refused).isBetween(100, 1499);
    }

    @Test
    void aSpoiledTokenizerJsonIsUsedOrRefused(@TempDir Path directory) throws IOException {
        byte[] good = Files.readAllBytes(MODELS.resolve("tokenizer_json/good.json"));
        int refused = 0;
        for (int seed = 0; seed < 1500; seed++) {
            byte[] spoiled = spoil(good, new Random(seed));
            Path file = Files.write(directory.resolve("spoiled.json"), spoiled);
            refused +=
                    isRefused(
                                    () ->
                                            XlmRobertaTokenizer.ofTokenizerJson(
                                                            file, ScoreParsing.EXACT)
                                                    .encode(TEXT, EncodingOptions.defaults()))
                            ? 1
                            : 0;
        }
        assertThat(refused).isBetween(100, 1499);
    }

    @Test
    void loneSurrogatesCountAsUnknown() {
        var processor = SentencePieceProcessor.load(MODELS.resolve("sentencepiece/good.model"));
        var pieces = processor.encode("a\ud800b\udc00");
        assertThat(Arrays.copyOf(pieces.ids(), pieces.size()))
                .contains(processor.model().unknownId());
        var tokenizer =
                XlmRobertaTokenizer.ofTokenizerJson(
                        MODELS.resolve("tokenizer_json/good.json"), ScoreParsing.EXACT);
        Encoding encoding = tokenizer.encode("a\ud800b\udc00", EncodingOptions.defaults());
        assertThat(encoding.ids()).contains(tokenizer.unkId());
        assertThat(encoding.ends()[encoding.length() - 2]).isEqualTo(4);
    }

    @Test
    void manyThreadsGiveTheAnswersOfOne() {
        var tokenizer =
                XlmRobertaTokenizer.ofTokenizerJson(
                        MODELS.resolve("tokenizer_json/good.json"), ScoreParsing.EXACT);
        List<String> texts =
                new Random(7).ints(500, 0, 40).mapToObj(n -> "Hello world ".repeat(n) + n).toList();
        EncodingOptions options = EncodingOptions.defaults().withMaxLength(50).withOverflow(3);
        List<Encoding> one = tokenizer.encodeAll(texts, options, 1);
        List<Encoding> four = tokenizer.encodeAll(texts, options, 4);
        for (int i = 0; i < texts.size(); i++) {
            Encoding expected = tokenizer.encode(texts.get(i), options);
            assertThat(one.get(i)).usingRecursiveComparison().isEqualTo(expected);
            assertThat(four.get(i)).usingRecursiveComparison().isEqualTo(expected);
        }
    }

    /// Changes, cuts, or repeats some bytes.
    private static byte[] spoil(byte[] good, Random random) {
        byte[] bytes = good.clone();
        for (int i = random.nextInt(1, 6); i > 0; i--) {
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
        }
        return random.nextInt(4) == 0 ? Arrays.copyOf(bytes, random.nextInt(bytes.length)) : bytes;
    }

    private static boolean isRefused(Runnable use) {
        return Assertions.assertTimeoutPreemptively(
                Duration.ofSeconds(10),
                () -> {
                    try {
                        use.run();
                        return false;
                    } catch (TokenizerException e) {
                        return true;
                    }
                });
    }
}
