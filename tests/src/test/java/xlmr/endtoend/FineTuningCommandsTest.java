package xlmr.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import xlmr.backend.Backend;
import xlmr.backend.Backends;
import xlmr.pipeline.Prediction;
import xlmr.pipeline.TextClassifier;

/// The main job as a user does it: train, then evaluate and predict with what came out, on the
/// model and the data that come with xlmr.
class FineTuningCommandsTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir static Path directory;
    private static Path model;

    @BeforeAll
    static void train() throws IOException {
        model = directory.resolve("model");
        CommandRun run = train(model, "--epochs", "4", "--threads", "2");
        assertThat(run.err()).isEmpty();
        assertThat(run.exitCode()).isZero();
        assertThat(run.out())
                .containsSubsequence(
                        "used     ",
                        "new      4, initialized at random",
                        "classifier.dense.weight [128, 128]",
                        "ignored  0",
                        "epoch 4 of 4",
                        "validation loss");
    }

    private static CommandRun train(Path output, Object... more) throws IOException {
        List<Object> words =
                List.of(
                        "train",
                        "--train",
                        Sentences.file(directory, "train.tsv"),
                        "--validation",
                        Sentences.file(directory, "validation.tsv"),
                        "--text-column",
                        "text",
                        "--label-column",
                        "category",
                        "--batch-size",
                        "16",
                        "--learning-rate",
                        "5e-4",
                        "--max-length",
                        "64",
                        "--seed",
                        "7",
                        "--output",
                        output);
        return CommandRun.of(Stream.concat(words.stream(), Stream.of(more)).toArray());
    }

    @Test
    void aModelDirectoryHoldsWhatOtherProgramsNeed() throws IOException {
        assertThat(model)
                .isDirectoryContaining("glob:**/config.json")
                .isDirectoryContaining("glob:**/model.safetensors")
                .isDirectoryContaining("glob:**/sentencepiece.bpe.model")
                .isDirectoryContaining("glob:**/training.json");
        JsonNode config = JSON.readTree(model.resolve("config.json").toFile());
        assertThat(config.path("id2label").path("3").asText()).isEqualTo("weather");
        assertThat(config.path("architectures").path(0).asText())
                .isEqualTo("XLMRobertaForSequenceClassification");
    }

    @Test
    void nothingButTheModelIsLeftBesideTheOutput() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .noneMatch(name -> name.contains(".new-"));
        }
    }

    @Test
    void evaluationIsGoodOnUnseenSentencesAndOnAnUnseenLanguage() throws IOException {
        for (String file : List.of("test.tsv", "test_unseen_de.tsv", "test_unseen_ru.tsv")) {
            CommandRun run = evaluate(Sentences.file(directory, file), "--json");
            assertThat(run.exitCode()).isZero();
            JsonNode report = JSON.readTree(run.out());
            assertThat(report.path("accuracy").asDouble()).as(file).isGreaterThan(0.8);
            assertThat(report.path("loss").isNumber()).isTrue();
            assertThat(report.path("macro_f1").isNumber()).isTrue();
            assertThat(report.path("per_class").size()).isEqualTo(4);
            assertThat(report.path("confusion").size()).isEqualTo(4);
            assertThat(report.path("verdicts").isArray()).isTrue();
        }
    }

    @Test
    void evaluationInWordsSaysWhatTheNumbersMean() throws IOException {
        CommandRun run = evaluate(Sentences.file(directory, "test.tsv"));
        assertThat(run.exitCode()).isZero();
        assertThat(run.out()).contains("accuracy", "What this means", "weather");
    }

    private static CommandRun evaluate(Path input, Object... more) {
        List<Object> words =
                List.of(
                        "evaluate",
                        "--model",
                        model,
                        "--input",
                        input,
                        "--text-column",
                        "text",
                        "--label-column",
                        "category");
        return CommandRun.of(Stream.concat(words.stream(), Stream.of(more)).toArray());
    }

    @Test
    void predictionsAreOneJsonObjectALine() throws IOException {
        Path output = directory.resolve("predictions.jsonl");
        Path input = Sentences.file(directory, "test.tsv");
        CommandRun run =
                CommandRun.of(
                        "predict",
                        "--model",
                        model,
                        "--input",
                        input,
                        "--text-column",
                        "text",
                        "--output",
                        output);
        assertThat(run.exitCode()).isZero();
        List<String> lines = Files.readAllLines(output);
        assertThat(lines).hasSize(160);
        JsonNode first = JSON.readTree(lines.getFirst());
        assertThat(first.path("text").asText())
                .isEqualTo("Take your raincoat, there will be showers later.");
        assertThat(first.path("label").asText()).isIn(Sentences.LABELS);
        double sum = 0;
        for (String label : Sentences.LABELS) {
            sum += first.path("probabilities").path(label).asDouble();
        }
        assertThat(sum).isCloseTo(1, within(1e-12));
        assertThat(first.path("logits").size()).isEqualTo(4);
    }

    @Test
    void argumentsFilesAndStandardInputGiveTheSameAnswers() throws IOException {
        String text = "Will it rain in Zürich tomorrow?";
        Path file = directory.resolve("one.txt");
        Files.writeString(file, text + "\n");
        String byArgument = CommandRun.of("predict", "--model", model, "--json", text).out();
        assertThat(byArgument).contains("\"label\":\"weather\"");
        assertThat(CommandRun.of("predict", "--model", model, "--json", "--input", file).out())
                .isEqualTo(byArgument);
        assertThat(
                        CommandRun.withInput(
                                        Files.readAllBytes(file),
                                        "predict",
                                        "--model",
                                        model,
                                        "--json")
                                .out())
                .isEqualTo(byArgument);
    }

    @Test
    void theCommandsGiveWhatTheLibraryGives() throws IOException {
        String text = "Quanto custa um bilhete para o aeroporto?";
        JsonNode line =
                JSON.readTree(CommandRun.of("predict", "--model", model, "--json", text).out());
        try (Backend backend = Backends.create(1).backend()) {
            Prediction prediction = TextClassifier.load(model, backend).predict(text);
            assertThat(line.path("label").asText()).isEqualTo(prediction.label());
            for (int k = 0; k < 4; k++) {
                assertThat((float) line.path("logits").path(k).asDouble())
                        .isEqualTo(prediction.logits().get(k));
            }
        }
    }

    @Test
    void aRunRepeatedWithOneThreadGivesTheSameBits() throws IOException {
        Path again = directory.resolve("again");
        assertThat(train(again, "--epochs", "4", "--threads", "1").exitCode()).isZero();
        assertThat(again.resolve("model.safetensors"))
                .hasSameBinaryContentAs(model.resolve("model.safetensors"));
    }

    @Test
    void anEarlierModelIsReplacedAndOtherFilesStay() throws IOException {
        Path output = directory.resolve("replaced");
        assertThat(train(output, "--epochs", "1").exitCode()).isZero();
        byte[] first = Files.readAllBytes(output.resolve("model.safetensors"));
        Files.writeString(output.resolve("notes.txt"), "mine");
        assertThat(train(output, "--epochs", "2").exitCode()).isZero();
        assertThat(Files.readAllBytes(output.resolve("model.safetensors"))).isNotEqualTo(first);
        assertThat(output.resolve("notes.txt")).hasContent("mine");
    }

    @Test
    void tuningTheHeadLeavesTheEncoderAsItWas() throws IOException {
        Path output = directory.resolve("head");
        CommandRun run = train(output, "--tune", "head", "--epochs", "20", "--json");
        assertThat(run.exitCode()).isZero();
        JsonNode log = JSON.readTree(run.out());
        assertThat(log.path("epochs").path(19).path("validation").path("accuracy").asDouble())
                .isGreaterThan(0.5);
    }

    @Test
    void whatTrainsAndHowFastCanBeChosen() throws IOException {
        CommandRun run =
                train(
                        directory.resolve("chosen"),
                        "--tune=top:2",
                        "--head-learning-rate=2e-3",
                        "--layer-decay=0.9",
                        "--schedule=cosine",
                        "--class-weights=balanced",
                        "--label-smoothing=0.1",
                        "--epochs=1");
        assertThat(run.err()).isEmpty();
        assertThat(run.out()).contains("training encoder layers 1 to 2 of 0 to 2, and the head: ");
        JsonNode options =
                JSON.readTree(directory.resolve("chosen/training.json").toFile()).path("options");
        assertThat(options.path("tune").asText()).isEqualTo("top:2");
        assertThat(options.path("head_learning_rate").asDouble()).isEqualTo(2e-3);
        assertThat(options.path("schedule").asText()).isEqualTo("cosine");
        assertThat(options.path("class_weights").asText()).isEqualTo("balanced");
    }

    @Test
    void anAdapterIsTrainedMergedAndUsedBesideItsBase() throws IOException {
        Path both = directory.resolve("lora");
        CommandRun run = train(both, "--lora=r=4,targets=query+output.dense", "--epochs=1");
        assertThat(run.err()).isEmpty();
        assertThat(run.out())
                .contains("training adapters of rank 4 on query, output.dense of all 3 encoder");
        Path adapter = both.resolve("adapter");
        assertThat(adapter.resolve("adapter_model.safetensors")).exists();
        Path merged = directory.resolve("lora-merged");
        CommandRun merge = CommandRun.of("merge", "--adapter", adapter, "--output", merged);
        assertThat(merge.exitCode()).as(merge.err()).isZero();
        assertThat(
                        Files.mismatch(
                                both.resolve("model.safetensors"),
                                merged.resolve("model.safetensors")))
                .isEqualTo(-1);
        Object[] text = {"--json", "The train leaves at noon."};
        CommandRun beside = CommandRun.of("predict", "--adapter", adapter, text[0], text[1]);
        assertThat(beside.err()).isEmpty();
        assertThat(beside.out())
                .contains("\"label\"")
                .isEqualTo(CommandRun.of("predict", "--model", both, text[0], text[1]).out());
    }

    @Test
    void textsThatAreTooLongAreCutAndCounted() {
        CommandRun run =
                CommandRun.of(
                        "predict",
                        "--model",
                        model,
                        "--max-length",
                        "8",
                        "Short.",
                        "rain ".repeat(50));
        assertThat(run.exitCode()).isZero();
        assertThat(run.err()).contains("1 of 2 texts are longer than the maximum length");
    }
}
