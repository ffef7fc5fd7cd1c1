package xlmr.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import xlmr.checkpoint.Checkpoint;

/// Heads of one's choice as a user does it: trained, saved, loaded again without a word about the
/// head.
class HeadCommandsTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir static Path directory;
    private static Path model;

    @BeforeAll
    static void train() throws IOException {
        model = directory.resolve("model");
        CommandRun run = train(model, "--head", "bilstm:64", "--tune", "head", "--epochs", "4");
        assertThat(run.err()).isEmpty();
        assertThat(run.exitCode()).isZero();
        assertThat(run.out()).contains("head.lstm.weight_ih_l0 [256, 128]");
    }

    private static CommandRun train(Path output, Object... more) throws IOException {
        List<Object> words =
                List.of(
                        "train",
                        "--train",
                        Sentences.file(directory, "train.tsv"),
                        "--label-column",
                        "category",
                        "--max-length",
                        "64",
                        "--seed",
                        "7",
                        "--learning-rate",
                        "5e-3",
                        "--output",
                        output);
        return CommandRun.of(Stream.concat(words.stream(), Stream.of(more)).toArray());
    }

    private static JsonNode evaluate(Path model) throws IOException {
        CommandRun run =
                CommandRun.of(
                        "evaluate",
                        "--model",
                        model,
                        "--input",
                        Sentences.file(directory, "test.tsv"),
                        "--label-column",
                        "category",
                        "--json");
        assertThat(run.exitCode()).as(run.err()).isZero();
        return JSON.readTree(run.out());
    }

    @Test
    void aTrainedBilstmIsGoodOnUnseenSentences() throws IOException {
        assertThat(evaluate(model).path("accuracy").asDouble()).isGreaterThan(0.8);
        CommandRun run =
                CommandRun.of("predict", "--model", model, "Quand part le prochain train ?");
        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.out()).contains("travel");
    }

    @Test
    void theModelSaysWhichHeadItHas() throws IOException {
        JsonNode config = JSON.readTree(model.resolve("config.json").toFile());
        assertThat(config.path("xlmr_head").path("type").asText()).isEqualTo("bilstm");
        assertThat(config.path("xlmr_head").path("hidden").asInt()).isEqualTo(64);
        Checkpoint weights = Checkpoint.open(model);
        assertThat(weights.names())
                .contains(
                        "head.lstm.weight_hh_l0_reverse",
                        "head.projection.bias",
                        "roberta.encoder.layer.0.output.dense.weight")
                .doesNotContain("classifier.dense.weight");
        CommandRun run = CommandRun.of("describe", "--model", model);
        assertThat(run.out())
                .contains("bilstm:64", "head.lstm.weight_ih_l0 [256, 128]", "last and first token");
    }

    @ParameterizedTest
    @ValueSource(strings = {"mlp:32", "gru:16", "cnn:16x3", "attention", "max"})
    void everyHeadLearnsAndLoads(String head) throws IOException {
        Path output = directory.resolve(head.replace(':', '-'));
        CommandRun run = train(output, "--head", head, "--tune", "head", "--epochs", "3");
        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(evaluate(output).path("accuracy").asDouble()).as(head).isGreaterThan(0.6);
    }

    @Test
    void aMixOfLayersTrainsWithTheWholeModel() throws IOException {
        Path output = directory.resolve("mix");
        CommandRun run = train(output, "--head", "mix:lstm:16", "--epochs", "1");
        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(Checkpoint.open(output).doubles("head.mix.weights"))
                .as("the shares of the layers have changed")
                .doesNotContain(0.0);
    }

    @Test
    void aModelGetsAnotherHeadAndLosesTheFirst() throws IOException {
        Path output = directory.resolve("changed");
        CommandRun run =
                train(
                        output,
                        "--model",
                        model,
                        "--head",
                        "linear",
                        "--tune",
                        "head",
                        "--epochs",
                        "1");
        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(Checkpoint.open(output).names())
                .contains("head.projection.weight")
                .doesNotContain("head.lstm.weight_ih_l0");
        Path again = directory.resolve("again");
        run =
                train(
                        again,
                        "--model",
                        model,
                        "--head",
                        "roberta",
                        "--tune",
                        "head",
                        "--epochs",
                        "1");
        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(Files.readString(again.resolve("config.json"))).doesNotContain("xlmr_head");
        assertThat(Checkpoint.open(again).names()).contains("classifier.dense.weight");
    }

    @Test
    void trainingGoesOnWithTheHeadThatTheModelHas() throws IOException {
        Path output = directory.resolve("further");
        CommandRun run = train(output, "--model", model, "--tune", "head", "--epochs", "1");
        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.out()).contains("new      0, ");
        assertThat(evaluate(output).path("accuracy").asDouble()).isGreaterThan(0.8);
    }
}
