package xlmr.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import xlmr.backend.Activation;
import xlmr.backend.AdamWStep;
import xlmr.backend.AttentionShape;
import xlmr.backend.DropoutMask;
import xlmr.ptx.machine.LaunchReport;
import xlmr.tensor.Shape;
import xlmr.tensor.Tensor;

/// What the kernels cost: no byte is moved in vain, and no bank of shared memory is met twice.
class KernelTrafficTest {
    private static final int ROWS = 24;
    private static final int COLUMNS = 768;
    private static final long TENSOR = 4L * ROWS * COLUMNS;

    private final EmulatedBackend backend = new EmulatedBackend();
    private final Random random = new Random(1);

    @AfterEach
    void free() {
        backend.close();
    }

    @Test
    void elementKernelsReadAndWriteEveryElementOnce() {
        Tensor x = random(ROWS, COLUMNS); // [N, C]
        Tensor y = random(ROWS, COLUMNS); // [N, C]
        backend.takeReports();
        backend.add(x, y, y);
        check(2 * TENSOR, TENSOR);
        backend.activation(Activation.GELU, x, y);
        check(TENSOR, TENSOR);
        backend.activationGradient(Activation.GELU, x, y, y);
        check(3 * TENSOR, TENSOR);
        Tensor first = filled(0.5f);
        Tensor second = filled(0.25f);
        backend.takeReports();
        backend.adamW(x, y, 1, first, second, new AdamWStep(1e-3, 0.9, 0.999, 1e-8, 0.01, 1));
        check(4 * TENSOR, 3 * TENSOR);
    }

    @Test
    void dropoutReadsOnlyWhatItKeeps() {
        Tensor x = random(ROWS, COLUMNS); // [N, C]
        Tensor y = random(ROWS, COLUMNS); // [N, C]
        backend.takeReports();
        backend.dropout(x, DropoutMask.of(0.5f, 1, 2, 3), y);
        LaunchReport report = backend.takeReports().getFirst();
        assertThat(report.globalBytesRead()).isBetween(TENSOR * 48 / 100, TENSOR * 52 / 100);
        assertThat(report.globalBytesWritten()).isEqualTo(TENSOR);
    }

    @Test
    void layerNormReadsItsRowsThreeTimes() {
        Tensor x = random(ROWS, COLUMNS); // [N, C]
        Tensor y = random(ROWS, COLUMNS); // [N, C]
        Tensor weight = random(COLUMNS); // [C]
        Tensor mean = backend.allocate(Shape.of(ROWS)); // [N]
        Tensor rstd = backend.allocate(Shape.of(ROWS)); // [N]
        backend.takeReports();
        backend.layerNorm(x, weight, weight, 1e-5f, y, mean, rstd);
        // The second and third time they come from the first-level cache of a device.
        check(3 * TENSOR + 2 * TENSOR, TENSOR + 8L * ROWS);
    }

    @Test
    void attentionMeetsNoBankTwiceAndMovesNoScores() {
        int[] starts = {0, 40, 64};
        int channels = 128;
        Tensor q = random(64, channels); // [N, C]
        Tensor k = random(64, channels); // [N, C]
        Tensor v = random(64, channels); // [N, C]
        Tensor output = backend.allocate(Shape.of(64, channels)); // [N, C]
        Tensor logSumExp = backend.allocate(Shape.of(64, 2)); // [N, H]
        AttentionShape shape = AttentionShape.of(starts, 2, false);
        backend.takeReports();
        backend.attention(q, k, v, shape, DropoutMask.NONE, output, logSumExp);
        LaunchReport forward = backend.takeReports().getFirst();
        assertThat(forward.bankConflicts()).isEmpty();
        assertThat(forward.globalBytesWritten()).isEqualTo(4 * (64 * channels + 64 * 2));
        Tensor gradient = random(64, channels); // [N, C]
        backend.takeReports();
        backend.attentionGradient(
                q,
                k,
                v,
                output,
                logSumExp,
                gradient,
                shape,
                DropoutMask.NONE,
                random(64, channels),
                random(64, channels),
                random(64, channels));
        assertThat(backend.takeReports())
                .hasSize(3)
                .allSatisfy(report -> assertThat(report.bankConflicts()).isEmpty());
    }

    private void check(long read, long written) {
        List<LaunchReport> reports = backend.takeReports();
        assertThat(reports).hasSize(1);
        LaunchReport report = reports.getFirst();
        assertThat(report.globalBytesRead()).isEqualTo(read);
        assertThat(report.globalBytesWritten()).isEqualTo(written);
        assertThat(report.bankConflicts()).isEmpty();
        assertThat(report.sectorOverhead()).isEqualTo(1);
    }

    private Tensor filled(float value) {
        Tensor tensor = backend.allocate(Shape.of(ROWS, COLUMNS)); // [N, C]
        backend.fill(tensor, value);
        return tensor;
    }

    private Tensor random(int... sizes) {
        Shape shape = Shape.of(sizes);
        float[] values = new float[shape.elements()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        Tensor tensor = backend.allocate(shape);
        backend.write(values, tensor);
        return tensor;
    }
}
