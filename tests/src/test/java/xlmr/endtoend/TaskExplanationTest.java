package xlmr.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What decides in the answers of models of other tasks than classification.
class TaskExplanationTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir static Path directory;
    private static final Map<TaskFiles, Path> MODELS = new EnumMap<>(TaskFiles.class);

    @BeforeAll
    static void train() throws IOException {
        for (TaskFiles task : TaskFiles.values()) {
            MODELS.put(task, task.model(directory));
        }
    }

    private static JsonNode json(Object... command) throws IOException {
        CommandRun run = CommandRun.of(command);
        assertThat(run.exitCode()).as(run.err()).isZero();
        return JSON.readTree(run.out());
    }

    private static CommandRun refused(Object... command) {
        CommandRun run = CommandRun.of(command);
        assertThat(run.exitCode()).as(run.out()).isEqualTo(1);
        assertThat(run.err()).hasLineCount(1);
        return run;
    }

    private static JsonNode explained(TaskFiles task, Object... more) throws IOException {
        List<Object> words = new ArrayList<>(List.of("explain", "--model", MODELS.get(task)));
        words.addAll(
                switch (task) {
                    case TAGS -> List.of("Emma lives in Rome.");
                    case QUESTIONS ->
                            List.of("--pair", "Emma lives in Rome.", "Where does Emma live?");
                    case CHOICES -> List.of("We are hungry.", "A sweet cake.", "Rain and wind.");
                    case NUMBERS -> List.of("It is very very good, Emma.");
                });
        words.addAll(List.of(more));
        words.add("--json");
        return json(words.toArray());
    }

    @ParameterizedTest
    @EnumSource
    void theContributionsOfEveryTaskAddUp(TaskFiles task) throws IOException {
        JsonNode found = explained(task);
        assertThat(found.get("complete").booleanValue()).as(found.toString()).isTrue();
        double sum = 0;
        for (JsonNode token : found.get("tokens")) {
            sum += token.get("score").doubleValue();
        }
        double difference =
                found.get("logit").doubleValue() - found.get("baseline_logit").doubleValue();
        assertThat(sum).isCloseTo(difference, within(0.01 * Math.abs(difference) + 1e-6));
        JsonNode hidden = explained(task, "--method", "occlusion");
        assertThat(hidden.get("tokens")).hasSameSizeAs(found.get("tokens"));
        double share = 0;
        for (JsonNode token : explained(task, "--method", "attention-rollout").get("tokens")) {
            share += token.get("score").doubleValue();
        }
        assertThat(share).isCloseTo(1, within(1e-5));
    }

    @Test
    void oneTagOfOneWordIsExplained() throws IOException {
        JsonNode found = explained(TaskFiles.TAGS, "--word", "Rome", "--label", "B-LOC");
        assertThat(found.get("word").textValue()).isEqualTo("Rome");
        assertThat(found.get("start").intValue()).isEqualTo(14);
        assertThat(found.get("label").textValue()).isEqualTo("B-LOC");
        assertThat(explained(TaskFiles.TAGS, "--word", "4", "--label", "B-LOC")).isEqualTo(found);
        JsonNode other = explained(TaskFiles.TAGS, "--word", "Emma", "--label", "B-LOC");
        assertThat(other.get("logit")).isNotEqualTo(found.get("logit"));
        CommandRun missing =
                refused("explain", "--model", MODELS.get(TaskFiles.TAGS), "--word", "Oslo", "Rome");
        assertThat(missing.err()).contains("no word 'Oslo'");
        CommandRun unknown =
                refused("explain", "--model", MODELS.get(TaskFiles.TAGS), "--label", "X", "Rome");
        assertThat(unknown.err()).contains("no tag 'X'", "B-LOC");
    }

    @Test
    void aWordOfALongTextIsExplainedInItsWindow() throws IOException {
        String text = "Emma lives in Rome. ".repeat(40);
        JsonNode found =
                json(
                        "explain",
                        "--model",
                        MODELS.get(TaskFiles.TAGS),
                        "--max-length",
                        24,
                        "--method",
                        "gradient-x-input",
                        "--word",
                        100,
                        "--json",
                        text);
        int start = found.get("start").intValue();
        boolean covered = false;
        for (JsonNode token : found.get("tokens")) {
            covered |= token.path("start").asInt(-1) == start && token.path("end").asInt() > start;
        }
        assertThat(covered).isTrue();
        assertThat(start).isGreaterThan(300);
        assertThat(found.get("tokens").size()).isLessThanOrEqualTo(24);
    }

    @Test
    void anAnswersStartAndEndAreExplainedTogetherOrEachAlone() throws IOException {
        JsonNode both = explained(TaskFiles.QUESTIONS);
        JsonNode start = explained(TaskFiles.QUESTIONS, "--answer-part", "start");
        JsonNode end = explained(TaskFiles.QUESTIONS, "--answer-part", "end");
        assertThat(start.get("logit").doubleValue() + end.get("logit").doubleValue())
                .isCloseTo(both.get("logit").doubleValue(), within(1e-5));
        JsonNode predicted =
                json(
                        "predict",
                        "--model",
                        MODELS.get(TaskFiles.QUESTIONS),
                        "--json",
                        "--pair",
                        "Emma lives in Rome.",
                        "Where does Emma live?");
        assertThat(both.get("answer")).isEqualTo(predicted.get("answer"));
        assertThat(start.get("logit"))
                .isEqualTo(predicted.get("answers").get(0).get("start_logit"));
        assertThat(start.get("tokens").toString()).contains("text_pair");
    }

    @Test
    void whatIsForAnotherTaskIsNotExplained() {
        assertThat(refused("explain", "--task", "masked-lm", "Hello").err())
                .contains("not for masked-lm");
        Path chooser = MODELS.get(TaskFiles.CHOICES);
        assertThat(refused("explain", "--model", chooser, "--label", "7", "a", "b", "c").err())
                .contains("no choice 7", "0 to 1");
        assertThat(refused("explain", "--model", chooser, "--word", "a", "a", "b", "c").err())
                .contains("--word", "only for token-classification");
        Path answerer = MODELS.get(TaskFiles.QUESTIONS);
        assertThat(refused("explain", "--model", answerer, "--label", "a", "b").err())
                .contains("--label", "best answer");
    }
}
