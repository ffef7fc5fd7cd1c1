package xlmr.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import xlmr.cli.Streams;
import xlmr.cli.XlmrCommand;

/// `./xlmr train --device cuda:0,1` to its end, as a user runs it, on emulated GPUs.
@Timeout(300)
class SeveralGpusCommandTest {
    private static final FakeCuda CUDA = FakeCuda.install();

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @TempDir private Path folder;

    @BeforeEach
    void showTwo() {
        CUDA.machine().visible = 2;
    }

    @AfterEach
    void everythingIsGivenBack() {
        CUDA.machine().visible = 1;
        CUDA.nccl().refusals.clear();
        assertThat(CUDA.takeFault()).isNull();
        assertThat(CUDA.leaks()).isEmpty();
    }

    @Test
    void twoGpusTrainAModelThatIsWrittenAsAlways() throws IOException {
        int sums = CUDA.nccl().sums;
        int exitCode = train();
        assertThat(err.toString(StandardCharsets.UTF_8)).isEmpty();
        assertThat(exitCode).isZero();
        assertThat(out.toString(StandardCharsets.UTF_8))
                .contains("cuda:0 and cuda:1 train together\n")
                .contains("holds epoch 1: labels food, travel");
        assertThat(CUDA.nccl().sums - sums).isGreaterThan(50);
        assertThat(folder.resolve("model/model.safetensors")).exists();
    }

    @Test
    void aFailureIsOneLineAndLeavesNothingBehind() throws IOException {
        CUDA.nccl().refusals.put("ncclAllReduce 1", 2);
        assertThat(train()).isEqualTo(1);
        assertThat(err.toString(StandardCharsets.UTF_8))
                .startsWith("xlmr: cuda:1: device cuda: NCCL cannot add up ")
                .contains("unhandled system error")
                .contains("/dev/shm")
                .hasLineCount(1);
        assertThat(folder.resolve("model/model.safetensors")).doesNotExist();
    }

    private int train() throws IOException {
        Path data =
                Files.writeString(
                        folder.resolve("train.csv"),
                        """
                        text,label
                        the soup is hot,food
                        trains leave at noon,travel
                        bread,food
                        a ticket to Rome,travel
                        """);
        Streams streams =
                new Streams(
                        new ByteArrayInputStream(new byte[0]),
                        new PrintStream(out, true, StandardCharsets.UTF_8),
                        new PrintStream(err, true, StandardCharsets.UTF_8),
                        false,
                        0,
                        false);
        return XlmrCommand.run(
                streams,
                "train",
                "--device",
                "cuda:0,1",
                "--train",
                data.toString(),
                "--output",
                folder.resolve("model").toString(),
                "--epochs",
                "1",
                "--batch-size",
                "4",
                "--threads",
                "1");
    }
}
