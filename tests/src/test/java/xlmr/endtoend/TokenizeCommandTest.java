package xlmr.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Texts to ids, as others script against it.
class TokenizeCommandTest {
    @TempDir Path directory;

    @Test
    void everyLineOfAFileGivesALineOfIds() throws IOException {
        Path file = directory.resolve("texts.tsv"); // read by lines all the same
        Files.writeString(file, "Hello world!\n\nein\tzwei\n");
        List<String> lines = CommandRun.of("tokenize", "--input", file, "--format", "ids").lines();
        assertThat(lines).hasSize(3).allMatch(line -> line.startsWith("0 ") && line.endsWith(" 2"));
        assertThat(lines.get(1)).isEqualTo("0 2");
    }

    @Test
    void standardInputGivesTheSameIdsAsAFile() throws IOException {
        Path file = directory.resolve("texts.txt");
        String texts = "Guten Tag\nПривет\n你好\n";
        Files.writeString(file, texts);
        String fromFile = CommandRun.of("tokenize", "--input", file, "--format", "ids").out();
        CommandRun piped =
                CommandRun.withInput(
                        texts.getBytes(StandardCharsets.UTF_8), "tokenize", "--format", "ids");
        assertThat(piped.out()).isEqualTo(fromFile);
    }

    @Test
    void anyNumberOfThreadsGivesTheSameIds() throws IOException {
        Path file = Sentences.file(directory, "train.tsv");
        String one = CommandRun.of("tokenize", "--input", file, "--threads", "1").out();
        assertThat(CommandRun.of("tokenize", "--input", file, "--threads", "3").out())
                .isEqualTo(one)
                .hasLineCount(337);
    }

    @Test
    void piecesJoinToTheText() {
        CommandRun run = CommandRun.of("tokenize", "--format", "pieces", "good morning");
        assertThat(run.out().replace(" ", "").replace("\n", ""))
                .isEqualTo("<s>\u2581good\u2581morning</s>");
    }

    @Test
    void jsonHoldsOffsetsIntoTheText() throws IOException {
        String text = "Tea for two";
        CommandRun run = CommandRun.of("tokenize", "--format", "json", text);
        JsonNode encoding = new ObjectMapper().readTree(run.out());
        int last = encoding.path("ids").size() - 2;
        assertThat(encoding.path("ends").path(last).asInt()).isEqualTo(text.length());
        assertThat(encoding.path("pieces").size()).isEqualTo(encoding.path("ids").size());
    }

    @Test
    void aPairIsJoinedByTwoSeparators() {
        CommandRun run = CommandRun.of("tokenize", "--format", "pieces", "one", "--pair", "two");
        assertThat(run.out()).contains("</s> </s>").endsWith("</s>\n");
    }

    @Test
    void aLongTextIsCutAtTheMaximumLength() {
        CommandRun run =
                CommandRun.of(
                        "tokenize", "--format", "ids", "--max-length", "5", "a b c d e f g h i j");
        assertThat(run.out().split(" ")).hasSize(5);
    }
}
