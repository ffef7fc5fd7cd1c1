package xlmr.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import xlmr.checkpoint.JsonDocument;

/// Heads that are saved beside one encoder, apart from each other.
class NamedHeadCommandsTest {
    private static final Path EMBEDDED =
            Path.of(System.getProperty("xlmr.repository", ".."))
                    .resolve("cli/src/main/resources/xlmr/embedded/model");

    @TempDir static Path directory;
    private static Path model;
    private static Path topics;
    private static Path lengths;
    private static Map<String, Long> before;

    @BeforeAll
    static void train() throws IOException {
        model = Files.createDirectory(directory.resolve("model"));
        try (Stream<Path> files = Files.list(EMBEDDED)) {
            for (Path file : files.toList()) {
                Files.copy(file, model.resolve(file.getFileName()));
            }
        }
        before = checksums();
        topics = Sentences.first(directory, "train.tsv", 64);
        lengths = lengths(topics);
        head("topic", topics, "--label-column", "category");
        head("length", lengths, "--head", "mix:mean");
        head("adapted", lengths, "--lora", "r=2");
    }

    /// Other labels for the same texts.
    private static Path lengths(Path file) throws IOException {
        List<String> lines = new ArrayList<>(List.of("text\tlabel"));
        List<String> all = Files.readAllLines(file);
        int column = List.of(all.getFirst().split("\t", -1)).indexOf("text");
        for (String line : all.subList(1, all.size())) {
            String text = line.split("\t", -1)[column];
            lines.add(text + "\t" + (text.length() > 40 ? "long" : "short"));
        }
        return Files.write(directory.resolve("lengths.tsv"), lines);
    }

    private static void head(String name, Path file, Object... options) {
        CommandRun run =
                run(List.of("train", "--model", model, "--head-name", name), file, options);
        assertThat(run.lines().getLast())
                .startsWith(model.resolve("heads/" + name) + " holds epoch");
    }

    private static CommandRun run(List<Object> command, Path file, Object... options) {
        List<Object> words = new ArrayList<>(command);
        words.addAll(List.of("--train", file));
        words.addAll(List.of(options));
        CommandRun run = CommandRun.of(words.toArray());
        assertThat(run.exitCode()).as(run.err()).isZero();
        return run;
    }

    @Test
    void theEncoderIsNotTouched() throws IOException {
        assertThat(checksums()).isEqualTo(before);
        assertThat(model.resolve("heads/topic/head.safetensors").toFile().length())
                .isLessThan(Files.size(model.resolve("model.safetensors")) / 10);
    }

    @Test
    void aHeadAnswersLikeAModelThatWasTrainedByItself() {
        Path alone = directory.resolve("alone");
        run(
                List.of("train", "--model", model, "--tune", "head", "--output", alone),
                topics,
                "--label-column",
                "category");

        List<JsonNode> expected = predictions(alone, topics);
        List<JsonNode> found = predictions(model, topics, "--head-name", "topic");

        assertThat(found).isEqualTo(expected);
    }

    @Test
    void inOnePassEveryHeadAnswersAsItDoesAlone() {
        List<JsonNode> together = predictions(model, topics, "--head-name", "adapted,topic,length");

        for (String name : List.of("topic", "length", "adapted")) {
            List<JsonNode> alone = predictions(model, topics, "--head-name", name);
            for (int i = 0; i < alone.size(); i++) {
                JsonNode both = together.get(i);
                assertThat(both.path("text")).isEqualTo(alone.get(i).path("text"));
                assertThat(both.path("heads").path(name).path("logits"))
                        .as("%s of %s", name, both.path("text"))
                        .isEqualTo(alone.get(i).path("logits"));
            }
        }
        assertThat(together.getFirst().path("heads").properties())
                .extracting(Map.Entry::getKey)
                .containsExactly("adapted", "topic", "length");
    }

    /// The adapter of a head is an ordinary one; merged into its base it gives the same numbers but
    /// for rounding.
    @Test
    void anAdaptedHeadIsAnAdapterThatOthersRead() {
        Path adapter = model.resolve("heads/adapted/adapter");

        List<JsonNode> merged = predictions(model, topics, "--adapter", adapter);

        List<JsonNode> beside = predictions(model, topics, "--head-name", "adapted");
        for (int i = 0; i < merged.size(); i++) {
            for (int k = 0; k < 2; k++) {
                assertThat(beside.get(i).path("logits").get(k).doubleValue())
                        .isCloseTo(merged.get(i).path("logits").get(k).doubleValue(), within(1e-5));
            }
        }
    }

    @Test
    void aPersonSeesOneLineATextWithEveryHead() {
        CommandRun run =
                CommandRun.of(
                        "predict",
                        "--model",
                        model,
                        "--head-name",
                        "topic,length",
                        "The bread is fresh.");
        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.out())
                .matches("topic: \\w+ +[\\d.]+ %  length: \\w+ +[\\d.]+ %  The bread is fresh.\\R");
    }

    @Test
    void oneHeadIsEvaluatedLikeAnyModel() {
        CommandRun run =
                CommandRun.of(
                        "evaluate",
                        "--model",
                        model,
                        "--head-name",
                        "length",
                        "--input",
                        lengths,
                        "--json");
        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.out()).contains("\"accuracy\":");
    }

    @Test
    void aHeadOnAnEncoderThatHasChangedIsWarnedOf() throws IOException {
        Path other = directory.resolve("other");
        run(
                List.of("train", "--model", model, "--epochs", "1", "--output", other),
                topics,
                "--label-column",
                "category");
        Path place = Files.createDirectories(other.resolve("heads/topic"));
        for (String file : List.of("head.json", "head.safetensors")) {
            Files.copy(model.resolve("heads/topic/" + file), place.resolve(file));
        }

        CommandRun run =
                CommandRun.of("predict", "--model", other, "--head-name", "topic", "Hello");

        assertThat(run.exitCode()).isZero();
        assertThat(run.err()).contains("head 'topic' was trained on another encoder");
    }

    /// The best of the seeds is the head that training with this seed gives.
    @Test
    void theBestOfSeveralSeedsIsKept() {
        Path scores = model.resolve("heads/seeds/seeds.json");
        CommandRun seeds =
                run(
                        List.of("train", "--model", model, "--head-name", "seeds", "--seeds", "3"),
                        lengths,
                        "--validation",
                        lengths,
                        "--test",
                        topics.resolveSibling("lengths.tsv"),
                        "--no-report");
        assertThat(seeds.out()).contains("says of 64 texts was computed once");
        String kept = JsonDocument.read(scores).path("kept").asText();
        run(
                List.of("train", "--model", model, "--head-name", "one"),
                lengths,
                "--validation",
                lengths,
                "--seed",
                kept.replace("seed-", ""));
        assertThat(model.resolve("heads/seeds/head.safetensors"))
                .hasSameBinaryContentAs(model.resolve("heads/one/head.safetensors"));
        assertThat(model.resolve("heads/seeds/seed-0")).doesNotExist();
        JsonNode runs = JsonDocument.read(scores).path("runs");
        for (JsonNode one : runs) {
            JsonNode validation = one.path("scores").path("validation");
            JsonNode test = one.path("scores").path(lengths.toString());
            assertThat(test.path("loss")).as("of the same file").isEqualTo(validation.path("loss"));
        }
    }

    @Test
    void aHeadWithAnAdapterIsCrossValidated() {
        run(
                List.of("train", "--model", model, "--head-name", "folds", "--folds", "2"),
                lengths,
                "--lora",
                "r=2",
                "--epochs",
                "1");
        run(
                List.of("train", "--model", model, "--head-name", "whole"),
                lengths,
                "--lora",
                "r=2",
                "--epochs",
                "1");
        assertThat(JsonDocument.read(model.resolve("heads/folds/folds.json")).path("runs"))
                .hasSize(2);
        for (String file : List.of("head.safetensors", "adapter/adapter_model.safetensors")) {
            assertThat(model.resolve("heads/folds").resolve(file))
                    .hasSameBinaryContentAs(model.resolve("heads/whole").resolve(file));
        }
    }

    @Test
    void whatCannotBeIsRefusedInOneLine() {
        refused("predict --head-name mood Hello", "has no head 'mood'; there are adapted, ");
        refused("predict --head-name topic,mood Hello", "has no head 'mood'");
        refused("predict --head-name topic,length --windows Hello", "--windows: for one head");
        refused("predict --head-name ../topic Hello", "letters, digits, - and _");
        refused("evaluate --head-name topic,length --input " + lengths, "one head at a time");
        String train = "train --train " + lengths + " --head-name new";
        refused(train + " --tune full", "expected tune head or lora, found full");
        refused(train + " --output " + directory.resolve("x"), "expected one of them");
        refused(train + " --seeds 2 --test %s --keep-runs".formatted(lengths), "--keep-runs: not");
        refused(train + " --save merged", "--save: not with --head-name");
        refused(train + " --task masked-lm", "only heads of sequence and token");
        CommandRun noModel = CommandRun.of("train", "--train", lengths, "--head-name", "new");
        assertThat(noModel.exitCode()).isEqualTo(1);
        assertThat(noModel.err()).contains("give its directory with --model DIR");
    }

    private static void refused(String commandLine, String expected) {
        List<Object> words = new ArrayList<>(List.of(commandLine.split(" ")));
        words.addAll(1, List.of("--model", model));
        CommandRun run = CommandRun.of(words.toArray());
        assertThat(run.exitCode()).as(run.out()).isEqualTo(1);
        assertThat(run.err()).as(commandLine).contains(expected).hasLineCount(1);
    }

    private static List<JsonNode> predictions(Path model, Path file, Object... options) {
        List<Object> words =
                new ArrayList<>(List.of("predict", "--model", model, "--input", file, "--json"));
        words.addAll(List.of("--text-column", "text"));
        words.addAll(List.of(options));
        CommandRun run = CommandRun.of(words.toArray());
        assertThat(run.exitCode()).as(run.err()).isZero();
        return run.lines().stream().map(JsonDocument::value).toList();
    }

    private static Map<String, Long> checksums() throws IOException {
        Map<String, Long> checksums = new TreeMap<>();
        try (Stream<Path> files = Files.list(model)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                CRC32 sum = new CRC32();
                sum.update(Files.readAllBytes(file));
                checksums.put(file.getFileName().toString(), sum.getValue());
            }
        }
        return checksums;
    }
}
