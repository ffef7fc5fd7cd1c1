package xlmr.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import xlmr.checkpoint.Checkpoint;
import xlmr.checkpoint.SafetensorsWriter;
import xlmr.tensor.Shape;

/// `forward`, `inspect` and `describe`: arrays in and out, and what is in the files.
class ArrayCommandsTest {
    @TempDir Path directory;

    private Path classifier() throws IOException {
        Path model = directory.resolve("model");
        CommandRun run =
                CommandRun.of(
                        "train",
                        "--train",
                        Sentences.first(directory, "train.tsv", 8),
                        "--label-column",
                        "category",
                        "--tune",
                        "head",
                        "--epochs",
                        "1",
                        "--output",
                        model);
        assertThat(run.exitCode()).as(run.err()).isZero();
        return model;
    }

    private Path inputs() {
        Path file = directory.resolve("inputs.safetensors");
        new SafetensorsWriter()
                .addIntegers("inputs.input_ids", Shape.of(2, 4), 0, 10, 11, 2, 0, 12, 2, 1)
                .addIntegers("inputs.attention_mask", Shape.of(2, 4), 1, 1, 1, 1, 1, 1, 1, 0)
                .addIntegers("inputs.labels", Shape.of(2), 0, 3)
                .write(file);
        return file;
    }

    @Test
    void forwardWritesLogitsHiddenStatesAttentionsAndGradients() throws IOException {
        Path outputs = directory.resolve("outputs.safetensors");
        CommandRun run =
                CommandRun.of(
                        "forward",
                        "--model",
                        classifier(),
                        "--inputs",
                        inputs(),
                        "--outputs",
                        outputs,
                        "--hidden-states",
                        "--attentions",
                        "--gradients");
        assertThat(run.exitCode()).as(run.err()).isZero();
        Checkpoint written = Checkpoint.open(outputs);
        assertThat(written.info("outputs.logits").shape()).containsExactly(2, 4);
        assertThat(written.info("outputs.loss").shape()).isEmpty();
        assertThat(written.info("outputs.hidden_states.0").shape()).containsExactly(2, 4, 128);
        assertThat(written.info("outputs.attentions.2").shape()).containsExactly(2, 4, 4, 4);
        assertThat(written.info("grad.classifier.out_proj.weight").shape()).containsExactly(4, 128);
        float[] hidden = written.tensor("outputs.hidden_states.1").toArray();
        assertThat(hidden[7 * 128]).as("padding is 0").isZero();
    }

    @Test
    void inspectSaysForEachFileWhatItHoldsOrWhyItIsRefused() throws IOException {
        Path bad = directory.resolve("bad.safetensors");
        Files.write(bad, new byte[] {1, 2, 3});
        Path good = inputs();
        CommandRun run = CommandRun.of("inspect", "--json", good, bad, directory.resolve("none"));
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.lines()).hasSize(3);
        ObjectMapper json = new ObjectMapper();
        JsonNode first = json.readTree(run.lines().get(0));
        assertThat(first.path("ok").asBoolean()).isTrue();
        assertThat(first.path("tensors").size()).isEqualTo(3);
        for (int line = 1; line <= 2; line++) {
            JsonNode refused = json.readTree(run.lines().get(line));
            assertThat(refused.path("ok").asBoolean()).isFalse();
            assertThat(refused.path("reason").asText()).isNotBlank();
        }
        assertThat(CommandRun.of("inspect", good).exitCode()).isZero();
    }

    @Test
    void describeCountsEveryParameterAndNamesEveryHead() throws IOException {
        CommandRun run = CommandRun.of("describe", "--json");
        JsonNode description = new ObjectMapper().readTree(run.out());
        assertThat(description.path("heads").size()).isEqualTo(6);
        long sum = 0;
        for (JsonNode count : description.path("parameters")) {
            sum += count.asLong();
        }
        long all = description.path("parameters").path("encoder, in all").asLong();
        assertThat(sum).isEqualTo(2 * all);
        assertThat(CommandRun.of("describe").out())
                .contains("classifier.dense [128, 128] -> tanh", "Fine-tuning is global");
    }
}
