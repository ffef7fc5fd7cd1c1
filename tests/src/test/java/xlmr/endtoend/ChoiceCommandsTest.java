package xlmr.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import xlmr.backend.Backend;
import xlmr.backend.Backends;
import xlmr.data.ChoiceQuestion;
import xlmr.pipeline.ChoiceAnswerer;
import xlmr.pipeline.ChosenAnswer;

/// Multiple choice as a user trains and uses it, on the small model that comes with xlmr: it learns
/// to take what can be eaten.
class ChoiceCommandsTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final List<String> FOOD =
            List.of("Bread and soup.", "Rice with fish.", "A sweet cake.", "Cheese and fruit.");
    private static final List<String> OTHER =
            List.of("The last train.", "A bank account.", "Rain and wind.", "My credit card.");

    @TempDir static Path directory;
    private static Path questions;
    private static Path model;
    private static CommandRun training;

    @BeforeAll
    static void train() throws IOException {
        List<String> lines = new ArrayList<>();
        for (int food = 0; food < FOOD.size(); food++) {
            for (int other = 0; other < OTHER.size(); other++) {
                int label = (food + other) % 3;
                List<String> choices = new ArrayList<>(List.of(OTHER.get(other)));
                if (other % 2 == 0) {
                    choices.add(OTHER.get((other + 1) % OTHER.size()));
                }
                label = Math.min(label, choices.size());
                choices.add(label, FOOD.get(food));
                lines.add(
                        "{\"context\": \"We are hungry.\", \"question\": \"What shall we have?\","
                                + " \"choices\": %s, \"label\": %d}"
                                        .formatted(JSON.writeValueAsString(choices), label));
            }
        }
        questions = Files.write(directory.resolve("questions.jsonl"), lines);
        model = directory.resolve("model");
        training =
                CommandRun.of(
                        "train",
                        "--task",
                        "multiple-choice",
                        "--train",
                        questions,
                        "--validation",
                        Files.write(directory.resolve("some.jsonl"), lines.subList(0, 8)),
                        "--epochs",
                        "8",
                        "--batch-size",
                        "4",
                        "--learning-rate",
                        "1e-3",
                        "--output",
                        model);
    }

    @Test
    void trainingWritesTheReferencesModelAndSaysWhatIsOdd() throws IOException {
        assertThat(training.exitCode()).as(training.err()).isZero();
        assertThat(training.err()).contains("8 of 8 validation questions are in the training data");
        assertThat(training.out())
                .contains("roberta.pooler.dense.weight", "classifier.weight [1, 128]")
                .doesNotContain("LABEL_");
        JsonNode config = JSON.readTree(model.resolve("config.json").toFile());
        assertThat(config.path("architectures").path(0).asText())
                .isEqualTo("XLMRobertaForMultipleChoice");
    }

    @Test
    void evaluationSaysHowManyAreRight() throws IOException {
        CommandRun words = CommandRun.of("evaluate", "--model", model, "--input", questions);
        assertThat(words.err()).isEmpty();
        assertThat(words.out()).contains("16 questions", "16 of 16 right", "By place");
        CommandRun json =
                CommandRun.of("evaluate", "--model", model, "--input", questions, "--json");
        JsonNode report = JSON.readTree(json.out());
        assertThat(report.path("accuracy").asDouble()).isGreaterThan(0.9);
        CommandRun piped =
                CommandRun.withInput(
                        Files.readAllBytes(questions),
                        "evaluate",
                        "--model",
                        model,
                        "--input",
                        "-",
                        "--json");
        assertThat(piped.out()).isEqualTo(json.out());
    }

    @Test
    void predictionChoosesAndGivesTheProbabilityOfEachChoice() throws IOException {
        Path output = directory.resolve("answers.jsonl");
        CommandRun run =
                CommandRun.of(
                        "predict", "--model", model, "--input", questions, "--output", output);
        assertThat(run.err()).isEmpty();
        assertThat(run.out()).contains("16 answers in");
        List<String> lines = Files.readAllLines(output);
        assertThat(lines).hasSize(16);
        for (String line : lines) {
            JsonNode answer = JSON.readTree(line);
            int choice = answer.path("choice").asInt();
            assertThat(answer.path("probabilities")).hasSameSizeAs(answer.path("choices"));
            double sum = 0;
            for (JsonNode probability : answer.path("probabilities")) {
                sum += probability.asDouble();
                assertThat(probability.asDouble())
                        .isLessThanOrEqualTo(answer.path("probabilities").path(choice).asDouble());
            }
            assertThat(sum).isCloseTo(1, within(1e-12));
            assertThat(answer.path("answer")).isEqualTo(answer.path("choices").path(choice));
        }
        String table = "sent1,sent2,ending0,ending1\nWe are hungry.,,A bank account.,Rice.\n";
        CommandRun piped =
                CommandRun.withInput(
                        table.getBytes(StandardCharsets.UTF_8),
                        "predict",
                        "--model",
                        model,
                        "--input-format",
                        "csv",
                        "--json");
        assertThat(piped.err()).isEmpty();
        assertThat(JSON.readTree(piped.out()).path("choices")).hasSize(2);
    }

    @Test
    void argumentsAreTheContextAndItsChoices() {
        CommandRun run =
                CommandRun.of(
                        "predict",
                        "--model",
                        model,
                        "We are hungry.",
                        "The last train.",
                        "Bread and soup.",
                        "Rain and wind.");
        assertThat(run.err()).isEmpty();
        assertThat(run.lines()).hasSize(4);
        assertThat(run.lines().getFirst()).isEqualTo("We are hungry.");
        assertThat(run.lines().get(2)).matches("> +[0-9.]+ %  Bread and soup\\.");
        CommandRun tooFew = CommandRun.of("predict", "--model", model, "We are hungry.", "Bread.");
        assertThat(tooFew.exitCode()).isEqualTo(1);
        assertThat(tooFew.err()).contains("the context and two or more choices").hasLineCount(1);
    }

    @Test
    void aLongContextIsCutWithAWarning() {
        CommandRun run =
                CommandRun.of(
                        "predict",
                        "--model",
                        model,
                        "--max-length",
                        "12",
                        "We are very hungry and want to know what there is for us today.",
                        "Bread.",
                        "Rain.");
        assertThat(run.exitCode()).isZero();
        assertThat(run.err()).contains("1 of 1 questions are longer").hasLineCount(1);
    }

    @Test
    void aModelWithoutTheHeadIsRefused() {
        CommandRun run = CommandRun.of("predict", "--task", "multiple-choice", "a", "b", "c");
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err()).contains("no trained head for multiple-choice").hasLineCount(1);
    }

    @Test
    void theLibraryReadsTheQuestionBeforeEachChoiceAndChoicesInAnyOrder() {
        try (Backend backend = Backends.create(2).backend()) {
            ChoiceAnswerer answerer = ChoiceAnswerer.load(model, backend);
            ChosenAnswer answer =
                    answerer.answer(
                            "We are hungry.",
                            "What shall we have?",
                            List.of("A bank account.", "Rice with fish."));
            assertThat(answer.text()).isEqualTo("Rice with fish.");
            assertThat(answer.probability()).isBetween(0.5, 1.0);
            ChosenAnswer turned =
                    answerer.answer(
                            "We are hungry.",
                            "",
                            List.of(
                                    "What shall we have? Rice with fish.",
                                    "What shall we have? A bank account."));
            assertThat(turned.logits()).isEqualTo(answer.logits().reversed());
            List<ChoiceQuestion> both = List.of(turned.question(), answer.question());
            assertThat(answerer.answerAll(both, done -> {}).get(1).choice()).isEqualTo(1);
        }
    }
}
