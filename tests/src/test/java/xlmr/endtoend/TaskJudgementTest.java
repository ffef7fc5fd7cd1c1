package xlmr.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// How far models of other tasks than classification can be believed.
class TaskJudgementTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir static Path directory;
    private static final Map<TaskFiles, Path> MODELS = new EnumMap<>(TaskFiles.class);
    private static final Map<TaskFiles, Path> FILES = new EnumMap<>(TaskFiles.class);

    @BeforeAll
    static void train() throws IOException {
        for (TaskFiles task : TaskFiles.values()) {
            FILES.put(task, task.in(directory));
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

    @ParameterizedTest
    @EnumSource
    void aModelAgainstItselfDiffersInNothing(TaskFiles task) throws IOException {
        Path model = MODELS.get(task);
        JsonNode found =
                json(
                        "compare",
                        "--model",
                        model,
                        "--model",
                        model,
                        "--input",
                        FILES.get(task),
                        "--json");
        assertThat(found.get("examples").intValue()).isEqualTo(24);
        assertThat(found.get("differences")).isEmpty();
        assertThat(found.get("sentence").textValue()).contains("nothing to tell them apart");
    }

    @ParameterizedTest
    @EnumSource
    void theScoresComparedAreThoseOfEvaluate(TaskFiles task) throws IOException {
        Path other = directory.resolve("other-" + task);
        CommandRun trained =
                task.train(FILES.get(task), other, "--epochs", 3, "--seed", 5, "--tune", "head");
        assertThat(trained.exitCode()).as(trained.err()).isZero();
        JsonNode found =
                json(
                        "compare",
                        "--model",
                        MODELS.get(task),
                        "--model",
                        other,
                        "--input",
                        FILES.get(task),
                        "--resamples",
                        200,
                        "--json");
        JsonNode evaluated =
                json("evaluate", "--model", other, "--input", FILES.get(task), "--json");
        String key =
                switch (task) {
                    case TAGS, QUESTIONS -> "f1";
                    case CHOICES -> "accuracy";
                    case NUMBERS -> "mean_squared_error";
                };
        assertThat(found.get("b").get(key).doubleValue())
                .isEqualTo(evaluated.get(key).doubleValue());
        for (JsonNode difference : found.get("differences")) {
            assertThat(difference.get("text").textValue()).isNotBlank();
            assertThat(difference.get("a")).isNotEqualTo(difference.get("b"));
        }
    }

    @Test
    void modelsOfDifferentTasksCannotBeCompared() {
        CommandRun run =
                refused(
                        "compare",
                        "--model",
                        MODELS.get(TaskFiles.TAGS),
                        "--model",
                        MODELS.get(TaskFiles.CHOICES),
                        "--input",
                        FILES.get(TaskFiles.TAGS));
        assertThat(run.err()).contains("the same task", "token-classification", "multiple-choice");
    }
}
