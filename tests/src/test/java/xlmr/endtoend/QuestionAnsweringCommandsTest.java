package xlmr.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Question answering as a user does it, on the small model that comes with xlmr: it learns that
/// where somebody lives stands after "lives in".
class QuestionAnsweringCommandsTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String[] NAMES = {"Anna", "Ben", "Clara", "David", "Emma", "Felix"};
    private static final String[] CITIES = {
        "London", "Paris", "Madrid", "Berlin", "Rome", "Vienna", "Oslo", "Dublin"
    };

    @TempDir static Path directory;
    private static Path model;

    private static Path questions(String file, int from, int to) throws IOException {
        List<String> lines = new ArrayList<>();
        for (int i = from; i < to; i++) {
            String name = NAMES[i % NAMES.length];
            String city = CITIES[(i * 5 + i / 7) % CITIES.length];
            // A character beyond the BMP before the answer: places count code points here.
            String context = "😀 " + name + " lives in " + city + " for " + i + " days.";
            ObjectNode question = JSON.createObjectNode();
            question.put("id", "q" + i).put("question", "Where does " + name + " live?");
            question.put("context", context);
            ObjectNode answers = question.putObject("answers");
            ArrayNode texts = answers.putArray("text");
            texts.add(city);
            int utf16 = context.indexOf(city);
            answers.putArray("answer_start").add(context.codePointCount(0, utf16));
            lines.add(question.toString());
        }
        return Files.write(directory.resolve(file), lines);
    }

    @BeforeAll
    static void train() throws IOException {
        model = directory.resolve("model");
        CommandRun run =
                CommandRun.of(
                        "train",
                        "--task",
                        "question-answering",
                        "--train",
                        questions("train.jsonl", 0, 96),
                        "--validation",
                        questions("validation.jsonl", 200, 212),
                        "--epochs",
                        "6",
                        "--learning-rate",
                        "2e-3",
                        "--seed",
                        "3",
                        "--output",
                        model);
        assertThat(run.err()).isEmpty();
        assertThat(run.exitCode()).isZero();
        assertThat(run.out()).contains("qa_outputs.weight [2, 128]", "best so far");
    }

    @Test
    void evaluationSaysHowManyAnswersAreExact() throws IOException {
        CommandRun run =
                CommandRun.of(
                        "evaluate",
                        "--model",
                        model,
                        "--input",
                        questions("test.jsonl", 300, 340),
                        "--json");
        assertThat(run.err()).isEmpty();
        JsonNode report = JSON.readTree(run.out());
        assertThat(report.toString()).contains("exact");
        // One of eight cities by chance, if at all.
        assertThat(report.findValue("f1").asDouble()).isGreaterThan(0.5);
    }

    @Test
    void theAnswerIsAStretchOfTheContext() throws IOException {
        String context = "😀 Emma lives in Oslo and likes music.";
        CommandRun run =
                CommandRun.of(
                        "predict",
                        "--model",
                        model,
                        "--json",
                        "--answers",
                        "3",
                        "Where does Emma live?",
                        "--pair",
                        context);
        assertThat(run.err()).isEmpty();
        JsonNode answer = JSON.readTree(run.out());
        assertThat(answer.path("answers")).hasSize(3);
        double sum = 0;
        for (JsonNode span : answer.path("answers")) {
            int start = span.path("start").asInt();
            int end = span.path("end").asInt();
            assertThat(context.substring(start, end)).isEqualTo(span.path("text").asText());
            sum += span.path("probability").asDouble();
        }
        assertThat(sum).isBetween(0.1, 1.0 + 1e-9);
        assertThat(answer.path("answer").asText())
                .isEqualTo(answer.path("answers").path(0).path("text").asText());
    }

    @Test
    void aLongContextIsReadInWindows() throws IOException {
        String filler = "Nothing of interest is said in this sentence. ".repeat(40);
        String context = filler + "Emma lives in Oslo and likes music. " + filler;
        CommandRun run =
                CommandRun.of(
                        "predict",
                        "--model",
                        model,
                        "--json",
                        "--max-length",
                        "96",
                        "--stride",
                        "32",
                        "Where does Emma live?",
                        "--pair",
                        context);
        assertThat(run.err()).isEmpty();
        JsonNode answer = JSON.readTree(run.out());
        assertThat(answer.path("windows").asInt()).isGreaterThan(5);
        JsonNode best = answer.path("answers").path(0);
        assertThat(context.substring(best.path("start").asInt(), best.path("end").asInt()))
                .isEqualTo(best.path("text").asText());
    }

    @Test
    void aFileOfQuestionsIsAnsweredInItsOrder() throws IOException {
        Path output = directory.resolve("answers.jsonl");
        CommandRun run =
                CommandRun.of(
                        "predict",
                        "--model",
                        model,
                        "--input",
                        questions("some.jsonl", 400, 405),
                        "--output",
                        output);
        assertThat(run.out()).isEqualTo("5 answers in %s%n".formatted(output));
        List<String> lines = Files.readAllLines(output);
        assertThat(lines).hasSize(5);
        assertThat(JSON.readTree(lines.get(4)).path("id").asText()).isEqualTo("q404");
    }

    @Test
    void whatCannotBeAnsweredIsRefusedInOneLine() {
        CommandRun noContext = CommandRun.of("predict", "--model", model, "Who?");
        assertThat(noContext.exitCode()).isEqualTo(1);
        assertThat(noContext.err()).contains("--pair CONTEXT").hasLineCount(1);
        CommandRun noRoom =
                CommandRun.of(
                        "predict",
                        "--model",
                        model,
                        "--max-length",
                        "20",
                        "--stride",
                        "10",
                        "Who was it that lived in that old house by the sea for so long?",
                        "--pair",
                        "It was Ada. ".repeat(20));
        assertThat(noRoom.exitCode()).isEqualTo(1);
        assertThat(noRoom.err()).contains("leaves no room for the context").hasLineCount(1);
        CommandRun untrained =
                CommandRun.of("predict", "--task", "question-answering", "Who?", "--pair", "Ada.");
        assertThat(untrained.exitCode()).isEqualTo(1);
        assertThat(untrained.err()).contains("no trained head").hasLineCount(1);
    }
}
