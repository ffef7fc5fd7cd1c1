package xlmr.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import xlmr.checkpoint.JsonDocument;

/// `train-heads`, and the commands that use what it writes.
class TrainHeadsCommandTest {
    @TempDir static Path directory;
    private static Path topics;
    private static Path lengths;
    private static Path model;
    private static CommandRun run;

    @BeforeAll
    static void train() throws IOException {
        topics = Sentences.first(directory, "train.tsv", 64);
        lengths = lengths(topics);
        model = directory.resolve("model");
        run = CommandRun.of(words(model).toArray());
        assertThat(run.exitCode()).as(run.err()).isZero();
    }

    private static List<Object> words(Path output, Object... more) {
        List<Object> words =
                new ArrayList<>(List.of("train-heads", "--output", output, "--epochs", "2"));
        words.addAll(List.of(more));
        words.add(
                "topic=%s,validation=%s,label-column=category,weight=0.7"
                        .formatted(topics, topics));
        words.add(
                "length=%s,validation=%s,problem=regression,head=mlp:8\\,4,label-column=length"
                        .formatted(lengths, lengths));
        return words;
    }

    /// Another question about the same texts, in another kind of file.
    private static Path lengths(Path file) throws IOException {
        List<String> lines = new ArrayList<>(List.of("text,length"));
        List<String> all = Files.readAllLines(file);
        int column = List.of(all.getFirst().split("\t", -1)).indexOf("text");
        for (String line : all.subList(1, all.size())) {
            String text = line.split("\t", -1)[column];
            lines.add("\"%s\",%s".formatted(text.replace("\"", "\"\""), text.length() / 50.0));
        }
        return Files.write(directory.resolve("lengths.csv"), lines);
    }

    @Test
    void aPersonIsToldOfEveryHead() {
        assertThat(run.lines().getLast())
                .startsWith(
                        "  %s: a number; mean squared".formatted(model.resolve("heads/length")));
        assertThat(run.lines())
                .anyMatch(
                        line ->
                                line.startsWith(
                                        "  %s: labels food, money, travel, weather; loss "
                                                .formatted(model.resolve("heads/topic"))))
                .anyMatch(line -> line.matches("epoch 2 of 2 .*topic: loss.*; length: mean.*"))
                .anyMatch(line -> line.contains("new      10, initialized at random"))
                .anyMatch(line -> line.contains("topic/classifier.dense.weight"));
        assertThat(run.err()).as("numbers need not occur twice").doesNotContain("misspelled");
    }

    @Test
    void everyHeadHasWhatOneThatTrainedAloneHas() {
        for (String head : List.of("topic", "length")) {
            assertThat(model.resolve("heads").resolve(head))
                    .isDirectoryContaining("glob:**/head.json")
                    .isDirectoryContaining("glob:**/training.json")
                    .isDirectoryContaining("glob:**/report.html")
                    .isDirectoryContaining("glob:**/README.md");
        }
        JsonNode log = JsonDocument.read(model.resolve("training.json"));
        assertThat(log.path("heads").path("topic").path("weight").asDouble()).isEqualTo(0.7);
        assertThat(log.path("mixing").asText()).isEqualTo("proportional");
        JsonNode validation = log.path("epochs").get(1).path("validation");
        JsonNode own = JsonDocument.read(model.resolve("heads/length/training.json"));
        assertThat(own.path("epochs").get(1).path("validation"))
                .isEqualTo(validation.path("heads").path("length"))
                .isNotEmpty();
        assertThat(own.path("new_parameters").get(0).asText()).startsWith("head.");
    }

    @Test
    void theHeadsAnswerTogetherAndAlone() {
        List<JsonNode> both = predict("topic,length");
        List<JsonNode> topic = predict("topic");
        List<JsonNode> length = predict("length");
        for (int i = 0; i < both.size(); i++) {
            JsonNode heads = both.get(i).path("heads");
            assertThat(heads.path("topic").path("logits")).isEqualTo(topic.get(i).path("logits"));
            assertThat(heads.path("length").path("logits"))
                    .isEqualTo(length.get(i).path("logits"))
                    .hasSize(1);
        }
    }

    private static List<JsonNode> predict(String heads) {
        CommandRun answered =
                CommandRun.of(
                        "predict",
                        "--model",
                        model,
                        "--head-name",
                        heads,
                        "--input",
                        lengths,
                        "--json");
        assertThat(answered.exitCode()).as(answered.err()).isZero();
        assertThat(answered.err()).doesNotContain("another encoder");
        return answered.lines().stream().map(JsonDocument::value).toList();
    }

    @Test
    void aPersonMayAskWhichHeadsThereAre() throws IOException {
        CommandRun described = CommandRun.of("describe", "--model", model);
        assertThat(described.exitCode()).as(described.err()).isZero();
        assertThat(described.lines())
                .contains(
                        "Heads beside this encoder, asked by --head-name",
                        "  topic: sequence-classification, head roberta, labels food, money,"
                                + " travel, weather")
                .anyMatch(line -> line.matches("  length: .*, head mlp:8,4\\S*, a number"));
        Path damaged = Files.createDirectories(directory.resolve("damaged/heads/topic"));
        for (String file : List.of("config.json", "model.safetensors")) {
            Files.copy(model.resolve(file), directory.resolve("damaged").resolve(file));
        }
        Files.writeString(damaged.resolve("head.json"), "{}");
        CommandRun odd = CommandRun.of("describe", "--model", directory.resolve("damaged"));
        assertThat(odd.exitCode()).as(odd.err()).isZero();
        assertThat(odd.out()).contains("  topic: cannot be read: ", "has no object \"config\"");
    }

    /// What was said of the epoch that was kept is what the saved head gets.
    @Test
    void aHeadIsEvaluatedToTheNumbersOfItsBestEpoch() {
        CommandRun judged =
                CommandRun.of(
                        "evaluate",
                        "--model",
                        model,
                        "--head-name",
                        "topic",
                        "--input",
                        topics,
                        "--label-column",
                        "category",
                        "--json");
        assertThat(judged.exitCode()).as(judged.err()).isZero();
        JsonNode log = JsonDocument.read(model.resolve("training.json"));
        List<JsonNode> better = new ArrayList<>();
        log.path("epochs").forEach(epoch -> better.add(epoch));
        better.removeIf(epoch -> !epoch.path("best").asBoolean());
        JsonNode best = better.getLast().path("validation").path("heads").path("topic");
        assertThat(JsonDocument.value(judged.out()).path("loss")).isEqualTo(best.path("loss"));
    }

    @Test
    void aHeadMayTagWords() throws IOException {
        Path words = directory.resolve("words.conllu");
        Files.writeString(
                words,
                """
                1\tThe\tthe\tDET\tDT\t_\t2\tdet\t_\t_
                2\ttrain\ttrain\tNOUN\tNN\t_\t0\troot\t_\t_

                1\tThe\tthe\tDET\tDT\t_\t2\tdet\t_\t_
                2\tsoup\tsoup\tNOUN\tNN\t_\t0\troot\t_\t_

                """);
        Path tagging = directory.resolve("tagging");
        CommandRun trained =
                CommandRun.of(
                        words(
                                        tagging,
                                        "pos=%s,validation=%s,task=token-classification"
                                                .formatted(words, words))
                                .toArray());
        assertThat(trained.exitCode()).as(trained.err()).isZero();
        assertThat(trained.out()).contains("heads/pos: labels DET, NOUN", "; length: mean");
        CommandRun tagged =
                CommandRun.of(
                        "predict", "--model", tagging, "--head-name", "pos", "--json", "The soup");
        assertThat(tagged.exitCode()).as(tagged.err()).isZero();
        assertThat(JsonDocument.value(tagged.out()).path("words")).hasSize(2);
        CommandRun judged =
                CommandRun.of(
                        "evaluate",
                        "--model",
                        tagging,
                        "--head-name",
                        "pos",
                        "--input",
                        words,
                        "--json");
        assertThat(judged.exitCode()).as(judged.err()).isZero();
        JsonNode own = JsonDocument.read(tagging.resolve("heads/pos/training.json"));
        List<JsonNode> losses = new ArrayList<>();
        own.path("epochs").forEach(epoch -> losses.add(epoch.path("validation").path("loss")));
        assertThat(losses).contains(JsonDocument.value(judged.out()).path("loss"));
        CommandRun both =
                CommandRun.of(
                        "predict", "--model", tagging, "--head-name", "pos,topic", "The soup");
        assertThat(both.exitCode()).isEqualTo(1);
        assertThat(both.err()).contains("--head-name pos: a head of token-classification answers");
    }

    @Test
    void anEncoderWithoutAHeadOfItsOwnSaysWhichItHas() {
        CommandRun refused = CommandRun.of("predict", "--model", model, "Hello");
        assertThat(refused.exitCode()).isEqualTo(1);
        assertThat(refused.err())
                .isEqualTo(
                        "xlmr: %s: an encoder with heads beside it; say which is to answer:"
                                        .formatted(model)
                                + " --head-name length,topic"
                                + System.lineSeparator());
    }

    /// One more head beside those that trained together.
    @Test
    void aHeadCanBeAddedLater() throws IOException {
        Path copy = directory.resolve("copy");
        CommandRun first = CommandRun.of(words(copy, "--tune", "head", "--seed", "4").toArray());
        assertThat(first.exitCode()).as(first.err()).isZero();
        CommandRun added =
                CommandRun.of(
                        "train",
                        "--model",
                        copy,
                        "--head-name",
                        "more",
                        "--train",
                        topics,
                        "--label-column",
                        "category");
        assertThat(added.exitCode()).as(added.err()).isZero();
        CommandRun answered =
                CommandRun.of(
                        "predict", "--model", copy, "--head-name", "more,topic", "--json", "Hello");
        assertThat(answered.exitCode()).as(answered.err()).isZero();
        assertThat(JsonDocument.value(answered.out()).path("heads").properties())
                .extracting(Map.Entry::getKey)
                .containsExactly("more", "topic");
    }

    @Test
    void aScriptGetsOneObject() {
        CommandRun scripted =
                CommandRun.of(
                        words(directory.resolve("scripted"), "--json", "--no-report").toArray());
        assertThat(scripted.exitCode()).as(scripted.err()).isZero();
        JsonNode log = JsonDocument.value(scripted.out());
        assertThat(log.path("heads").path("length").path("labels")).hasSize(1);
        assertThat(log.path("options").path("epochs").asInt()).isEqualTo(2);
        assertThat(directory.resolve("scripted/heads/topic/report.html")).doesNotExist();
    }

    @Test
    void whatCannotBeIsRefusedInOneLine() {
        String topic = "topic=" + topics + ",label-column=category";
        refused(2, "expected NAME=FILE[,KEY=VALUE]...", "topic");
        refused(2, "topic: expected one of validation, ", topic + ",labels=x");
        refused(2, "topic: 'weight' is there twice", topic + ",weight=1,weight=2");
        refused(
                1,
                "topic, weight: expected a number above 0, at most 1000, found 'x'",
                topic + ",weight=x");
        refused(1, "topic, problem: expected single-label", topic + ",problem=x");
        refused(1, "topic, task: expected sequence-classification or", topic + ",task=x");
        refused(1, "topic, label-column: not for token", topic + ",task=token-classification");
        refused(1, "head 'topic': head: no 'nothing'", topic + ",head=nothing");
        refused(1, "no label column 'label'", "topic=" + topics);
        refused(1, "nowhere.csv: no such file", "topic=nowhere.csv");
        refused(1, "found 'topic' twice", topic, topic);
        refused(1, "letters, digits, - and _", topic.replace("topic=", "../x="));
        refused(1, "topic, weight: expected a number above 0", topic + ",weight=0");
        refused(2, "expected proportional, uniform", topic, "--mixing", "natural");
        refused(1, "--save: not with train-heads", topic, "--lora", "r=2", "--save", "merged");
        refused(1, "head 'topic': metric: r2 is not measured", topic, "--metric", "r2");
        refused(2, "missing required parameter");
    }

    private static void refused(int code, String expected, String... words) {
        List<Object> all =
                new ArrayList<>(List.of("train-heads", "--output", directory.resolve("none")));
        all.addAll(List.of(words));
        CommandRun refused = CommandRun.of(all.toArray());
        assertThat(refused.exitCode()).as(refused.out()).isEqualTo(code);
        assertThat(refused.err()).contains(expected).hasLineCount(1);
        assertThat(directory.resolve("none")).doesNotExist();
    }
}
