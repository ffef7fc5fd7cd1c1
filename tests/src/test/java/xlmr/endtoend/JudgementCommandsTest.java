package xlmr.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// How far a classifier can be believed: `calibrate`, `compare`, `evaluate --group-by`.
class JudgementCommandsTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String TEXT = "The train to London is late 😀.";

    @TempDir static Path directory;
    private static Path model;
    private static Path several;
    private static Path validation;
    private static Path labelled;

    @BeforeAll
    static void train() throws IOException {
        model = TrainedClassifiers.oneLabel(directory);
        validation = Sentences.file(directory, "validation.tsv");
        labelled = TrainedClassifiers.twoLabels(directory);
        several = TrainedClassifiers.severalLabels(directory, labelled);
    }

    private static CommandRun done(Object... command) {
        CommandRun run = CommandRun.of(command);
        assertThat(run.exitCode()).as(run.err()).isZero();
        return run;
    }

    private static JsonNode json(CommandRun run) throws IOException {
        return JSON.readTree(run.out());
    }

    @Test
    void aCalibrationIsAppliedSaidAndCanBeLeftOut() throws IOException {
        Path copy = copy("calibrated");
        String raw = done("predict", "--model", copy, "--json", TEXT).out();
        CommandRun made =
                done(
                        "calibrate",
                        "--model",
                        copy,
                        "--input",
                        validation,
                        "--label-column",
                        "category",
                        "--abstain-below",
                        "0.99");
        assertThat(made.out()).contains("Temperature", "Calibration error", "calibration.svg");
        double temperature =
                JSON.readTree(copy.resolve("calibration.json").toFile())
                        .get("temperature")
                        .doubleValue();
        CommandRun run = done("predict", "--model", copy, "--json", TEXT);
        assertThat(run.err()).contains("calibration.json", "--uncalibrated").hasLineCount(1);
        JsonNode found = json(run);
        assertThat(found.get("temperature").doubleValue()).isEqualTo(temperature);
        assertThat(found.get("logits")).isEqualTo(JSON.readTree(raw).get("logits"));
        double odds = 0;
        for (JsonNode logit : found.get("logits")) {
            odds +=
                    Math.exp(
                            (logit.doubleValue() - found.get("logit").doubleValue()) / temperature);
        }
        assertThat(found.get("probability").doubleValue()).isCloseTo(1 / odds, within(1e-6));
        assertThat(found.path("abstains").booleanValue())
                .isEqualTo(found.get("probability").doubleValue() < 0.99);
        CommandRun plain = done("predict", "--model", copy, "--uncalibrated", "--json", TEXT);
        assertThat(plain.out()).isEqualTo(raw);
        assertThat(plain.err()).isEmpty();
        Object[] judge = {
            "evaluate",
            "--model",
            copy,
            "--input",
            validation,
            "--label-column",
            "category",
            "--json"
        };
        double calibrated = json(done(judge)).get("loss").doubleValue();
        double before =
                json(CommandRun.of(append(judge, "--uncalibrated"))).get("loss").doubleValue();
        assertThat(calibrated).as("on the texts that it was fitted to").isLessThan(before);
    }

    private static Object[] append(Object[] command, Object more) {
        Object[] longer = Arrays.copyOf(command, command.length + 1);
        longer[command.length] = more;
        return longer;
    }

    private static Path copy(String name) throws IOException {
        Path copy = Files.createDirectories(directory.resolve(name));
        try (var files = Files.list(model)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Files.copy(file, copy.resolve(file.getFileName()));
            }
        }
        return copy;
    }

    @Test
    void aCalibrationOfOtherWeightsIsNotApplied() throws IOException {
        Path copy = copy("other");
        done("calibrate", "--model", copy, "--input", validation, "--label-column", "category");
        Path file = copy.resolve("calibration.json");
        ObjectNode stored = (ObjectNode) JSON.readTree(file.toFile());
        Files.writeString(file, stored.put("head_checksum", 1).toString());
        CommandRun run = done("predict", "--model", copy, "--json", TEXT);
        assertThat(run.err()).contains("made for other weights", "not applied");
        assertThat(json(run).has("temperature")).isFalse();
        CommandRun asked = CommandRun.of("predict", "--model", copy, "--calibration", file, TEXT);
        assertThat(asked.exitCode()).isEqualTo(1);
        assertThat(asked.err()).contains("other weights").hasLineCount(1);
        Files.writeString(file, stored.put("temperature", -3).toString());
        CommandRun damaged = CommandRun.of("predict", "--model", copy, TEXT);
        assertThat(damaged.exitCode()).isEqualTo(1);
        assertThat(damaged.err()).contains("calibration.json", "temperature").hasLineCount(1);
    }

    @Test
    void labelsOfTheirOwnGetThresholds() throws IOException {
        Path stored = directory.resolve("thresholds");
        done(
                "calibrate",
                "--model",
                several,
                "--input",
                labelled,
                "--label-delimiter",
                "|",
                "--output",
                stored);
        Path file = stored.resolve("calibration.json");
        ObjectNode json = (ObjectNode) JSON.readTree(file.toFile());
        assertThat(json.get("thresholds")).hasSize(2);
        ((ObjectNode) json.get("thresholds")).put("travel", 0).put("weather", 1);
        Files.writeString(file, json.toString());
        JsonNode found =
                json(done("predict", "--model", several, "--calibration", file, "--json", TEXT));
        assertThat(found.get("labels").toString()).isEqualTo("[\"travel\"]");
        assertThat(found.get("activation").textValue()).isEqualTo("sigmoid");
        assertThat(found.has("margin")).isFalse();
        assertThat(found.get("relative_entropy").doubleValue()).isBetween(0.0, 1.0);
    }

    @Test
    void oneLabelOfSeveralIsExplained() throws IOException {
        JsonNode found =
                json(
                        done(
                                "explain",
                                "--model",
                                several,
                                "--label",
                                "weather",
                                "--json",
                                "A train in the rain."));
        assertThat(found.get("label").textValue()).isEqualTo("weather");
        assertThat(found.get("complete").booleanValue()).isTrue();
        double odds = Math.exp(-found.get("logit").doubleValue());
        assertThat(found.get("probability").doubleValue()).isCloseTo(1 / (1 + odds), within(1e-6));
    }

    @Test
    void aModelComparedWithItselfDiffersInNothing() throws IOException {
        JsonNode found =
                json(
                        done(
                                "compare",
                                "--model",
                                model,
                                "--model",
                                model,
                                "--input",
                                validation,
                                "--label-column",
                                "category",
                                "--json"));
        assertThat(found.get("mcnemar").get("p").doubleValue()).isEqualTo(1);
        assertThat(found.get("differences")).isEmpty();
        assertThat(found.get("sentence").textValue()).contains("nothing to tell them apart");
    }

    @Test
    void filesOfPredictionsAreComparedOnTheirTexts() throws IOException {
        Path first = directory.resolve("first.csv");
        Path second = directory.resolve("second.jsonl");
        for (Path file : List.of(first, second)) {
            done("predict", "--model", model, "--input", validation, "--output", file);
        }
        Object[] command = {
            "compare",
            "--predictions",
            first,
            "--predictions",
            second,
            "--input",
            validation,
            "--label-column",
            "category"
        };
        assertThat(done(command).out()).contains("nothing to tell them apart", "F1 by class");
        List<String> lines = Files.readAllLines(second);
        Files.write(second, lines.subList(1, lines.size()));
        CommandRun fewer = CommandRun.of(command);
        assertThat(fewer.exitCode()).isEqualTo(1);
        assertThat(fewer.err()).contains("second.jsonl", "expected an answer for each");
        Files.write(second, lines.reversed());
        assertThat(CommandRun.of(command).err()).contains("second.jsonl, line 1", "another text");
    }

    @Test
    void groupsAreJudgedEachOnItsOwn() throws IOException {
        Path grouped = directory.resolve("grouped.jsonl");
        Files.writeString(
                grouped,
                """
                {"text": "The train is late.", "label": "travel", "language": "en"}
                {"text": "Der Zug kommt.", "label": "travel", "language": "de"}
                {"text": "It will rain.", "label": "weather", "language": "en"}
                """);
        Object[] command = {
            "evaluate", "--model", model, "--input", grouped, "--group-by", "language"
        };
        JsonNode found = json(done(append(command, "--json")));
        assertThat(found.get("group_by").textValue()).isEqualTo("language");
        JsonNode english = found.get("groups").get("en");
        JsonNode german = found.get("groups").get("de");
        assertThat(english.get("examples").intValue()).isEqualTo(2);
        assertThat(german.get("examples").intValue()).isEqualTo(1);
        assertThat(2 * english.get("accuracy").doubleValue() + german.get("accuracy").doubleValue())
                .isCloseTo(3 * found.get("accuracy").doubleValue(), within(1e-12));
        assertThat(2 * english.get("loss").doubleValue() + german.get("loss").doubleValue())
                .isCloseTo(3 * found.get("loss").doubleValue(), within(1e-6));
        assertThat(done(command).out()).contains("By language: 2 groups", "95 % interval");
    }

    @Test
    void groupsOfSeveralLabelsAndOfTablesAreJudgedToo() throws IOException {
        Path grouped = directory.resolve("grouped.csv");
        Files.writeString(
                grouped, "text,label,language\nThe train is late.,travel,en\nRain.,weather,\n");
        CommandRun run =
                done(
                        "evaluate",
                        "--model",
                        several,
                        "--input",
                        grouped,
                        "--label-delimiter",
                        "|",
                        "--group-by",
                        "language",
                        "--json");
        assertThat(json(run).get("groups").get("").has("micro_f1")).isTrue();
        CommandRun missing =
                CommandRun.of(
                        "evaluate",
                        "--model",
                        several,
                        "--input",
                        grouped,
                        "--group-by",
                        "langauge");
        assertThat(missing.exitCode()).isEqualTo(1);
        assertThat(missing.err())
                .contains("no group column 'langauge'", "did you mean 'language'?");
    }
}
