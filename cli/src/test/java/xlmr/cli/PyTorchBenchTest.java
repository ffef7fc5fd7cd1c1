package xlmr.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import xlmr.data.Example;

/// What `cuda bench` makes of a Python that has PyTorch, has none, or is none. With
/// `-Dxlmr.python=PATH` the script itself is run, on the processor.
class PyTorchBenchTest {
    @TempDir private Path folder;

    private static PyTorchBench.Outcome run(String python, String device, String precision)
            throws IOException {
        List<Example> examples = DemoData.read(EmbeddedFiles.data()).train().subList(0, 4);
        return new PyTorchBench(python, device, precision)
                .run(new DeviceModelChecks(EmbeddedFiles.model(), examples, WorkSize.SMALL));
    }

    /// A program in the place of Python: it is given `-c`, the script and the sizes.
    private String program(String shell) throws IOException {
        Path file = folder.resolve("python");
        Files.writeString(file, "#!/bin/sh\n" + shell + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
        return file.toString();
    }

    private static String reason(PyTorchBench.Outcome outcome) {
        return outcome instanceof PyTorchBench.Missing(String reason) ? reason : "it ran";
    }

    @Test
    void whereThereIsNoPythonTheOptionIsNamed() throws IOException {
        assertThat(reason(run("/nowhere/python", "cuda", "fp32")))
                .isEqualTo(
                        "/nowhere/python cannot be run; --python PATH names the Python that has"
                                + " torch");
    }

    @Test
    void whatPythonMissesIsSaid() throws IOException {
        String python = program("echo '{\"missing\": \"PyTorch 2.9 sees no GPU\"}'");
        assertThat(reason(run(python, "cuda", "fp32")))
                .isEqualTo(python + ": PyTorch 2.9 sees no GPU");
    }

    @Test
    void aFailureIsSaidByItsLastLine() throws IOException {
        String python = program("echo Traceback >&2; echo 'OutOfMemoryError: full' >&2; exit 1");
        assertThat(reason(run(python, "cuda", "fp32")))
                .isEqualTo(python + " failed: OutOfMemoryError: full");
        assertThat(reason(run(program("echo hello"), "cuda", "fp32")))
                .endsWith("answered something else than a result");
    }

    @Test
    void theSizesGoInAndTheSecondsComeOut() throws IOException {
        String python =
                program(
                        """
                        printf '%s' "$3" > "$0.sizes"
                        echo 'a library says hello'
                        echo '{"torch": "2.9", "cuda": "12.9", "python": "3.12", "device": "GPU",
                        ' | tr -d '\\n'
                        echo '"seconds": [[1, 2], [3, 4], [5, 6]]}'\
                        """);
        PyTorchBench.Outcome outcome = run(python, "cuda", "bf16");
        assertThat(outcome).isInstanceOf(PyTorchBench.Measured.class);
        PyTorchBench.Measured measured = (PyTorchBench.Measured) outcome;
        assertThat(measured.facts()).containsEntry("torch", "2.9").containsEntry("device", "GPU");
        assertThat(measured.seconds().get(2)).containsExactly(5, 6);
        assertThat(Files.readString(Path.of(python + ".sizes")))
                .contains(
                        "\"precision\":\"bf16\"", "\"inference\":[[2,16],[1,16]]", "\"lengths\":[");
    }

    @Test
    void theScriptRunsInEveryPrecision() throws IOException {
        String python = System.getProperty("xlmr.python", "");
        Assumptions.assumeFalse(python.isEmpty(), "no -Dxlmr.python with torch");
        for (String precision : List.of("fp32", "tf32", "bf16")) {
            PyTorchBench.Outcome outcome = run(python, "cpu", precision);
            assertThat(outcome).as(reason(outcome)).isInstanceOf(PyTorchBench.Measured.class);
            PyTorchBench.Measured measured = (PyTorchBench.Measured) outcome;
            assertThat(measured.seconds()).hasSize(3).allMatch(rounds -> rounds.length == 1);
            assertThat(measured.facts()).containsEntry("device", "cpu");
        }
    }

    @Test
    void speedsAreOfTheMedianAndTheBestRound() {
        assertThat(Speed.of(12, new double[] {3, 1, 2})).isEqualTo(new Speed(6, 12));
    }
}
