package xlmr.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `embed`, `similarity` and `rerank` with the embedded model.
class EmbeddingCommandsTest {
    private static final int DIMENSION = 128;
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir private Path directory;

    private static CommandRun done(CommandRun run) {
        assertThat(run.exitCode()).as(run.err()).isZero();
        return run;
    }

    private static List<JsonNode> lines(CommandRun run) throws IOException {
        List<JsonNode> lines = new ArrayList<>();
        for (String line : done(run).lines()) {
            lines.add(JSON.readTree(line));
        }
        return lines;
    }

    @Test
    void theFilesHoldWhatStandardOutputShows() throws IOException {
        Path texts = Sentences.file(directory, "test.tsv");
        Path matrix = directory.resolve("vectors.npy");
        Path written = directory.resolve("vectors.jsonl");
        CommandRun run =
                done(CommandRun.of("embed", "--input", texts, "--normalize", "--output", matrix));
        assertThat(run.out()).contains("160 vectors of 128 numbers", matrix.toString());
        assertThat(run.err()).as("the pooling was assumed").contains("mean", "--pooling");
        done(CommandRun.of("embed", "--input", texts, "--normalize", "--output", written));
        CommandRun shown = CommandRun.of("embed", "--input", texts, "--normalize");
        assertThat(written).hasContent(shown.out().stripTrailing());
        List<JsonNode> lines = lines(shown);
        assertThat(lines).hasSize(160);
        ByteBuffer bytes =
                ByteBuffer.wrap(Files.readAllBytes(matrix)).order(ByteOrder.LITTLE_ENDIAN);
        assertThat(bytes.remaining()).isEqualTo(128 + 160 * DIMENSION * 4);
        for (int i = 0; i < lines.size(); i++) {
            JsonNode vector = lines.get(i).get("embedding");
            double squares = 0;
            for (int c = 0; c < DIMENSION; c++) {
                float value = bytes.getFloat(128 + (i * DIMENSION + c) * 4);
                assertThat(vector.get(c).floatValue()).isEqualTo(value);
                squares += (double) value * value;
            }
            assertThat(squares).isCloseTo(1, within(1e-6));
        }
    }

    @Test
    void aPromptIsTextInFront() throws IOException {
        JsonNode prompted =
                lines(CommandRun.of("embed", "--prompt-text", "query: ", "Wie spät ist es?"))
                        .getFirst();
        JsonNode written = lines(CommandRun.of("embed", "query: Wie spät ist es?")).getFirst();
        assertThat(prompted.get("embedding")).isEqualTo(written.get("embedding"));
        assertThat(prompted.get("text").asText()).isEqualTo("Wie spät ist es?");
    }

    @Test
    void aLongTextIsCutWithAWarningOrReadInWindows() throws IOException {
        byte[] text = ("one two three ".repeat(20) + "\n").getBytes(StandardCharsets.UTF_8);
        CommandRun cut =
                CommandRun.withInput(text, "embed", "--pooling", "cls", "--max-length", 16);
        assertThat(lines(cut).getFirst().get("truncated_tokens").asInt()).isPositive();
        assertThat(cut.err()).contains("1 of 1 texts are longer than 16 tokens", "--windows");
        CommandRun whole =
                CommandRun.withInput(
                        text, "embed", "--pooling", "cls", "--max-length", 16, "--windows");
        JsonNode line = lines(whole).getFirst();
        assertThat(whole.err()).isEmpty();
        assertThat(line.has("truncated_tokens")).isFalse();
        assertThat(line.get("windows").size()).isGreaterThan(3);
        assertThat(line.get("windows").get(0).size()).isEqualTo(DIMENSION);
    }

    @Test
    void twoTextsHaveOneSimilarityAndMoreATable() throws IOException {
        String[] texts = {"Where is the train?", "Where is the train?", "It rains."};
        assertThat(done(CommandRun.of("similarity", texts[0], texts[1])).out())
                .isEqualTo("1.0000" + System.lineSeparator());
        CommandRun table = done(CommandRun.of("similarity", texts[0], texts[1], texts[2]));
        assertThat(table.lines()).hasSize(3);
        assertThat(table.lines().get(2)).endsWith("1.0000  It rains.");
        JsonNode json =
                lines(CommandRun.of("similarity", "--json", texts[0], texts[1], texts[2]))
                        .getFirst();
        assertThat(json.get("cosines").get(0).get(2)).isEqualTo(json.get("cosines").get(2).get(0));
        assertThat(json.get("texts").get(2).asText()).isEqualTo(texts[2]);
    }

    @Test
    void eachQueryFindsItselfAmongThePassages() throws IOException {
        Path passages = Sentences.file(directory, "test.tsv");
        Path queries = Sentences.first(directory, "test.tsv", 7);
        List<JsonNode> found =
                lines(
                        CommandRun.of(
                                "similarity",
                                "--queries",
                                queries,
                                "--passages",
                                passages,
                                "--top-k",
                                3,
                                "--json"));
        assertThat(found).hasSize(7);
        for (JsonNode query : found) {
            assertThat(query.get("passages").size()).isEqualTo(3);
            JsonNode best = query.get("passages").get(0);
            assertThat(best.get("text")).isEqualTo(query.get("query"));
            assertThat(best.get("line")).isEqualTo(query.get("line"));
            assertThat(best.get("cosine").asDouble()).isCloseTo(1, within(1e-6));
        }
        CommandRun text =
                done(CommandRun.of("similarity", "--queries", queries, "--passages", passages));
        assertThat(text.lines()).hasSize(7 * 6);
        assertThat(text.lines().get(1)).startsWith("   1.0000  line 2 ");
    }

    @Test
    void rerankSaysWhichWayItScored() throws IOException {
        List<String> passages = List.of("It rains.", "Where is the train?", "Bread and butter.");
        CommandRun run =
                done(
                        CommandRun.of(
                                "rerank",
                                "--query",
                                "Where is the train?",
                                passages.get(0),
                                passages.get(1),
                                passages.get(2)));
        assertThat(run.lines().getFirst()).contains("cosine", "mean pooling", "3 passages");
        assertThat(run.lines().get(1)).contains("   1    1.0000  Where is the train?");
        byte[] input = String.join("\n", passages).getBytes(StandardCharsets.UTF_8);
        List<JsonNode> ranked =
                lines(
                        CommandRun.withInput(
                                input,
                                "rerank",
                                "--query",
                                "Where is the train?",
                                "--json",
                                "--top-k",
                                2));
        assertThat(ranked).hasSize(2);
        assertThat(ranked.getFirst().get("rank").asInt()).isEqualTo(1);
        assertThat(ranked.getFirst().get("line").asInt()).isEqualTo(2);
        assertThat(ranked.getFirst().get("method").asText()).contains("cosine");
        assertThat(ranked.get(0).get("score").asDouble())
                .isGreaterThan(ranked.get(1).get("score").asDouble());
    }
}
