package xlmr.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import xlmr.checkpoint.JsonDocument;
import xlmr.cli.Streams;
import xlmr.cli.XlmrCommand;

/// `./xlmr cuda` to its end, as a user runs it, on the emulated GPU.
class CudaCommandTest {
    private static final FakeCuda CUDA = FakeCuda.install();

    @AfterEach
    void everythingIsGivenBack() {
        assertThat(CUDA.takeFault()).isNull();
        assertThat(CUDA.leaks()).isEmpty();
    }

    private record Run(int exitCode, String out, String err) {
        static Run of(String... words) {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            ByteArrayOutputStream err = new ByteArrayOutputStream();
            Streams streams =
                    new Streams(
                            new ByteArrayInputStream(new byte[0]),
                            new PrintStream(out, false, StandardCharsets.UTF_8),
                            new PrintStream(err, true, StandardCharsets.UTF_8),
                            false,
                            0,
                            false);
            int exitCode = XlmrCommand.run(streams, words);
            return new Run(
                    exitCode,
                    out.toString(StandardCharsets.UTF_8),
                    err.toString(StandardCharsets.UTF_8));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"fp32", "bf16"})
    void everyOperationAndAModelAgreeWithTheProcessor(String precision) {
        Run run =
                Run.of(
                        "cuda",
                        "selftest",
                        "--size",
                        "small",
                        "--precision",
                        precision,
                        "--threads",
                        "1");
        assertThat(run.err()).isEmpty();
        assertThat(run.exitCode()).isZero();
        List<String> lines = run.out().lines().toList();
        assertThat(lines.getFirst()).startsWith("cuda: PTX emulator (no GPU) (compute capability");
        assertThat(lines.get(1)).startsWith("against ");
        assertThat(lines.subList(2, lines.size() - 1))
                .hasSizeGreaterThan(28)
                .allMatch(line -> line.endsWith("  agrees"));
        assertThat(lines.getLast()).matches("All \\d+ checks agree\\.");
    }

    @Test
    void theBenchGivesATableOrOneJsonObject(@TempDir Path folder) {
        Path file = folder.resolve("gpu.json");
        Run run =
                Run.of(
                        "cuda",
                        "bench",
                        "--size",
                        "small",
                        "--threads",
                        "1",
                        "--python",
                        folder.resolve("no-python").toString(),
                        "--output",
                        file.toString());
        assertThat(run.err()).isEmpty();
        assertThat(run.exitCode()).isZero();
        assertThat(run.out())
                .contains("PyTorch is not measured: " + folder.resolve("no-python"))
                .contains("--python PATH names")
                .containsPattern("2 x 16 tokens, tokens/s +[\\d.,]+ +- +[\\d.,]+\n")
                .containsPattern("full fine-tuning, samples/s +[\\d.,]+ +- +[\\d.,]+\n");
        ObjectNode report = JsonDocument.read(file);
        assertThat(report.path("command").asText()).isEqualTo("cuda bench");
        assertThat(report.path("gpu").path("device").asText()).startsWith("PTX emulator");
        assertThat(report.path("gpu").path("driver_cuda").asText()).matches("\\d+\\.\\d+");
        assertThat(report.path("pytorch").has("missing")).isTrue();
        assertThat(report.path("results").propertyStream())
                .hasSize(3)
                .allMatch(
                        result ->
                                result.getValue().path("gpu").path("best").asDouble()
                                        >= result.getValue().path("gpu").path("median").asDouble());
    }
}
