package xlmr.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
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

    @ParameterizedTest
    @EnumSource
    void filesOfAnswersAreComparedAsTheirModels(TaskFiles task) throws IOException {
        Path other = directory.resolve("answering-" + task);
        CommandRun trained =
                task.train(FILES.get(task), other, "--epochs", 2, "--seed", 9, "--tune", "head");
        assertThat(trained.exitCode()).as(trained.err()).isZero();
        Path first = directory.resolve("first-" + task + ".jsonl");
        Path second = directory.resolve("second-" + task + ".jsonl");
        predict(task, MODELS.get(task), first);
        predict(task, other, second);
        Object[] ofFiles = {
            "compare",
            "--task",
            task.task(),
            "--predictions",
            first,
            "--predictions",
            second,
            "--input",
            FILES.get(task),
            "--resamples",
            100,
            "--json"
        };
        JsonNode found = json(ofFiles);
        JsonNode expected =
                json(
                        "compare",
                        "--model",
                        MODELS.get(task),
                        "--model",
                        other,
                        "--input",
                        FILES.get(task),
                        "--resamples",
                        100,
                        "--json");
        for (String side : List.of("a", "b")) {
            for (Map.Entry<String, JsonNode> score : expected.get(side).properties()) {
                if (score.getValue().isNumber()) {
                    assertThat(found.get(side).get(score.getKey()).doubleValue())
                            .as(score.getKey())
                            .isCloseTo(score.getValue().doubleValue(), within(1e-6));
                }
            }
        }
        assertThat(found.get("differences")).hasSameSizeAs(expected.get("differences"));
        List<String> lines = Files.readAllLines(second);
        Files.write(second, lines.subList(0, lines.size() - 1));
        assertThat(refused(ofFiles).err()).contains("second-", "24", "found 23");
        Files.write(second, lines.reversed());
        assertThat(refused(ofFiles).err()).contains("second-", "line 1", "expected the answer to");
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

    @ParameterizedTest
    @EnumSource(names = {"TAGS", "CHOICES"})
    void aTemperatureIsFittedAndAppliedWherePeopleAndReportsSeeProbabilities(TaskFiles task)
            throws IOException {
        Path model = task.model(Files.createDirectory(directory.resolve("calibrated-" + task)));
        Path file = FILES.get(task);
        CommandRun made = CommandRun.of("calibrate", "--model", model, "--input", file);
        assertThat(made.exitCode()).as(made.err()).isZero();
        assertThat(made.out()).contains("Temperature", "calibration.svg");
        double temperature =
                JSON.readTree(model.resolve("calibration.json").toFile())
                        .get("temperature")
                        .doubleValue();
        assertThat(temperature).isNotEqualTo(1);
        JsonNode before =
                json("evaluate", "--model", model, "--input", file, "--uncalibrated", "--json");
        CommandRun judged = CommandRun.of("evaluate", "--model", model, "--input", file, "--json");
        assertThat(judged.err()).contains("calibrated by", "--uncalibrated");
        JsonNode after = JSON.readTree(judged.out());
        assertThat(after.get("loss").doubleValue()).isLessThan(before.get("loss").doubleValue());
        assertThat(after.get("accuracy")).isEqualTo(before.get("accuracy"));
        Path raw = directory.resolve("raw-" + task + ".jsonl");
        Path scaled = directory.resolve("scaled-" + task + ".jsonl");
        predict(task, model, raw, "--uncalibrated");
        predict(task, model, scaled);
        JsonNode one = JSON.readTree(Files.readAllLines(raw).getFirst());
        JsonNode other = JSON.readTree(Files.readAllLines(scaled).getFirst());
        if (task == TaskFiles.CHOICES) {
            assertThat(other.get("logits")).isEqualTo(one.get("logits"));
            double first = other.get("logits").get(0).doubleValue() / temperature;
            double second = other.get("logits").get(1).doubleValue() / temperature;
            assertThat(other.get("probabilities").get(0).doubleValue())
                    .isCloseTo(1 / (1 + Math.exp(second - first)), within(1e-6));
        } else {
            assertThat(other.get("words").findValuesAsText("tag"))
                    .isEqualTo(one.get("words").findValuesAsText("tag"));
            double change =
                    other.get("words").get(0).get("score").doubleValue()
                            - one.get("words").get(0).get("score").doubleValue();
            assertThat(Math.signum(change)).isEqualTo(Math.signum(1 - temperature));
            JsonNode word = other.get("words").get(0);
            JsonNode explained =
                    json(
                            "explain",
                            "--model",
                            model,
                            "--method",
                            "gradient-x-input",
                            "--word",
                            "1",
                            "--json",
                            other.get("text").textValue());
            assertThat(explained.get("label")).isEqualTo(word.get("tag"));
            assertThat(explained.get("probability").doubleValue())
                    .as("the probability that predict shows")
                    .isCloseTo(word.get("score").doubleValue(), within(1e-5));
        }
    }

    private static void predict(TaskFiles task, Path model, Path output, Object... more)
            throws IOException {
        List<Object> words = new ArrayList<>(List.of("predict", "--model", model));
        words.addAll(List.of("--input", FILES.get(task), "--output", output));
        if (task == TaskFiles.TAGS) {
            words.addAll(List.of("--tag-format", "jsonl", "--aggregation", "tags"));
        }
        words.addAll(List.of(more));
        CommandRun run = CommandRun.of(words.toArray());
        assertThat(run.exitCode()).as(run.err()).isZero();
    }

    @ParameterizedTest
    @EnumSource(names = {"QUESTIONS", "NUMBERS"})
    void whatHasNoProbabilitiesOfLabelsIsNotCalibrated(TaskFiles task) {
        Path model = MODELS.get(task);
        CommandRun run = refused("calibrate", "--model", model, "--input", FILES.get(task));
        assertThat(run.err())
                .contains(
                        task == TaskFiles.NUMBERS
                                ? "a regression has no probabilities"
                                : "not for question-answering");
        assertThat(model.resolve("calibration.json")).doesNotExist();
    }

    @ParameterizedTest
    @EnumSource(names = {"TAGS", "QUESTIONS", "CHOICES"})
    void anAdapterAnswersBesideItsBaseAsMergedIntoIt(TaskFiles task) throws IOException {
        Path model =
                task.model(
                        Files.createDirectory(directory.resolve("lora-" + task)),
                        "--lora",
                        "r=2,alpha=8,targets=query+value");
        Path merged = directory.resolve("merged-" + task + ".jsonl");
        Path adapted = directory.resolve("adapted-" + task + ".jsonl");
        predict(task, model, merged);
        List<Object> words = new ArrayList<>(List.of("predict", "--output", adapted));
        words.addAll(List.of("--adapter", model.resolve("adapter"), "--input", FILES.get(task)));
        if (task == TaskFiles.TAGS) {
            words.addAll(List.of("--tag-format", "jsonl", "--aggregation", "tags"));
        }
        CommandRun run = CommandRun.of(words.toArray());
        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(adapted).hasSameTextualContentAs(merged);
        JsonNode one = json("evaluate", "--model", model, "--input", FILES.get(task), "--json");
        JsonNode other =
                json(
                        "evaluate",
                        "--adapter",
                        model.resolve("adapter"),
                        "--input",
                        FILES.get(task),
                        "--json");
        assertThat(other).isEqualTo(one);
    }

    @Test
    void anAdapterForAnotherTaskIsRefused() throws IOException {
        Path model =
                TaskFiles.TAGS.model(
                        Files.createDirectory(directory.resolve("lora-other")),
                        "--lora",
                        "r=2,alpha=8,targets=query");
        CommandRun run =
                refused(
                        "evaluate",
                        "--task",
                        "multiple-choice",
                        "--adapter",
                        model.resolve("adapter"),
                        "--input",
                        FILES.get(TaskFiles.CHOICES));
        assertThat(run.err()).contains("--adapter", "token-classification", "multiple-choice");
    }

    @ParameterizedTest
    @EnumSource
    void groupsOfEveryTaskAreJudgedEachOnItsOwn(TaskFiles task) throws IOException {
        Object[] command = {
            "evaluate",
            "--model",
            MODELS.get(task),
            "--input",
            FILES.get(task),
            "--group-by",
            "language",
            "--json"
        };
        JsonNode found = json(command);
        JsonNode english = found.get("groups").get("en");
        JsonNode german = found.get("groups").get("de");
        assertThat(english.get("examples").intValue()).isEqualTo(18);
        assertThat(german.get("examples").intValue()).isEqualTo(6);
        String mean =
                switch (task) {
                    case TAGS -> "loss"; // as many words in each sentence
                    case QUESTIONS -> "exact_match";
                    case CHOICES -> "accuracy";
                    case NUMBERS -> "mean_absolute_error";
                };
        assertThat(18 * english.get(mean).doubleValue() + 6 * german.get(mean).doubleValue())
                .isCloseTo(24 * found.get(mean).doubleValue(), within(1e-6));
        command[command.length - 1] = "--uncalibrated";
        if (task == TaskFiles.QUESTIONS) {
            command = Arrays.copyOf(command, command.length - 1);
        }
        CommandRun words = CommandRun.of(command);
        assertThat(words.exitCode()).as(words.err()).isZero();
        assertThat(words.out()).contains("By language: 2 groups", "en", "de");
        command[6] = "langauge";
        assertThat(refused(command).err()).contains("langauge", "did you mean 'language'?");
    }

    @Test
    void sentencesOfConlluAreGroupedByACommentAndColumnsCannotBe() throws IOException {
        Path conllu = directory.resolve("grouped.conllu");
        String sentence =
                """
                # language = %s
                1	Emma	_	_	_	_	_	_	_	Tag=B-PER
                2	runs	_	_	_	_	_	_	_	_

                """;
        Files.writeString(conllu, sentence.formatted("en") + sentence.formatted("de"));
        Path model = MODELS.get(TaskFiles.TAGS);
        Object[] command = {
            "evaluate",
            "--model",
            model,
            "--input",
            conllu,
            "--tag-column",
            "MISC:Tag",
            "--group-by",
            "language",
            "--json"
        };
        assertThat(json(command).get("groups")).hasSize(2);
        command[8] = "genre";
        assertThat(refused(command).err()).contains("line 2", "no comment '# genre = ...'");
        Path columns = Files.writeString(directory.resolve("grouped.conll"), "Emma B-PER\n");
        CommandRun run =
                refused("evaluate", "--model", model, "--input", columns, "--group-by", "language");
        assertThat(run.err()).contains("grouped.conll", "JSON Lines", "CoNLL-U");
    }
}
