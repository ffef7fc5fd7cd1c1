package xlmr.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `convert --format onnx`, from the embedded model.
class OnnxCommandTest {
    @TempDir Path directory;

    @Test
    void theDirectoryHoldsModelConfigurationAndTokenizer() throws IOException {
        Path output = directory.resolve("onnx");

        CommandRun run = convert(output);

        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.lines().getFirst())
                .startsWith(output + " holds XLMRobertaModel, ")
                .endsWith(" bytes in model.onnx: input_ids, attention_mask -> last_hidden_state");
        assertThat(output)
                .isDirectoryContaining("glob:**/model.onnx")
                .isDirectoryContaining("glob:**/config.json")
                .isDirectoryContaining("glob:**/sentencepiece.bpe.model")
                .isDirectoryNotContaining("glob:**/model.onnx.data");
    }

    @Test
    void aSecondExportReplacesTheFirstAndItsWeights() throws IOException {
        Path output = directory.resolve("onnx");

        CommandRun beside = convert(output, "--external-data", "--json");
        assertThat(beside.out()).contains("\"weights\":[\"model.onnx\",\"model.onnx.data\"]");
        long bytes = Files.size(output.resolve("model.onnx.data"));
        CommandRun inside = convert(output, "--dtype", "f16");

        assertThat(inside.exitCode()).as(inside.err()).isZero();
        assertThat(output.resolve("model.onnx.data")).doesNotExist();
        assertThat(Files.size(output.resolve("model.onnx"))).isLessThan(bytes * 6 / 10);
    }

    private static CommandRun convert(Path output, String... options) {
        Object[] words = new Object[5 + options.length];
        words[0] = "convert";
        words[1] = "--format";
        words[2] = "onnx";
        words[3] = "--output";
        words[4] = output;
        System.arraycopy(options, 0, words, 5, options.length);
        return CommandRun.of(words);
    }
}
