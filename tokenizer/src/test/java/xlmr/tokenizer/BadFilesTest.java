package xlmr.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.function.Executable;
import xlmr.tokenizer.huggingface.ScoreParsing;
import xlmr.tokenizer.sentencepiece.SentencePieceProcessor;

/// Files that are cut, wrong or hostile: each is answered as its manifest says, in one line that
/// names the file.
class BadFilesTest {
    private static final String TEXT = "Hello world \u65e5\u672c \uff21 \ud83d\ude00 \u0301";

    @TestFactory
    Stream<DynamicTest> eachFileIsAnsweredAsTheManifestSays() {
        Path root = Fixtures.bundled("bad");
        Stream<DynamicTest> tests =
                Fixtures.json(root.resolve("manifest.json"))
                        .get("files")
                        .valueStream()
                        .map(
                                row ->
                                        DynamicTest.dynamicTest(
                                                row.get("file").asText(), check(root, row)));
        return tests;
    }

    private static Executable check(Path root, JsonNode row) {
        Path file = root.resolve(row.get("file").asText());
        return () ->
                Assertions.assertTimeoutPreemptively(
                        Duration.ofSeconds(10),
                        () -> assertAnswer(file, row.get("expect").asText()));
    }

    private static void assertAnswer(Path file, String expected) {
        String outcome;
        String message = "";
        try {
            outcome = open(file) ? "ok" : "warn";
        } catch (TokenizerException e) {
            outcome = "error";
            message = String.valueOf(e.getMessage());
            assertThat(message).contains(file.getFileName().toString()).hasLineCount(1);
            assertThat(message.length())
                    .as(message)
                    .isGreaterThan(file.toString().length() + 5)
                    .isLessThan(file.toString().length() + 250);
        }
        if (!expected.equals("either")) {
            assertThat(outcome).as(message).isEqualTo(expected);
        }
    }

    /// Loads and uses a file; whether there was nothing to warn of.
    private static boolean open(Path file) {
        if (file.toString().endsWith(".model")) {
            SentencePieceProcessor.load(file).encode(TEXT);
            return true;
        }
        var tokenizer = XlmRobertaTokenizer.ofTokenizerJson(file, ScoreParsing.EXACT);
        if (!tokenizer.warnings().isEmpty()) {
            return false;
        }
        tokenizer.encode(TEXT, EncodingOptions.defaults());
        return true;
    }
}
