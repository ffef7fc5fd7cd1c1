package xlmr.ptx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;
import xlmr.ptx.machine.Dimensions;
import xlmr.ptx.machine.FaultKind;
import xlmr.ptx.machine.KernelFault;
import xlmr.ptx.machine.LaunchReport;

/// Matrix products with `cp.async`, `ldmatrix` and `mma` from CUDA C (`matrices.cu`), against
/// double precision.
class CompiledMatricesTest {
    private static final int M = 70;
    private static final int N = 80;
    private static final int K = 136;
    private static final int COPIES_AND_BARRIERS = 3;

    private final Device device = new Device();
    private final LoadedModule module = Modules.load(device, "matrices");
    private final Random random = new Random(1);

    @Test
    void aProductOfHalvesIsExactToTheSumsRounding() {
        float[] a = values(M * K);
        float[] b = values(N * K);
        short[] left = halves(a);
        short[] right = halves(b);
        DeviceBuffer c = device.allocate(M * N * 4L);
        LaunchReport report = launch("productHalf", c, left, right, COPIES_AND_BARRIERS);
        check(c.floats(), a, b, false);
        // 2 x 2 blocks, 4 warps, 5 steps of 2 x 8 instructions.
        assertThat(report.matrixMultiplications()).isEqualTo(4 * 4 * 5 * 16);
        assertThat(report.matrixOperations()).isEqualTo(4 * 4 * 5 * 16 * 2 * 16 * 8 * 16);
        // Rows of 80 bytes keep ldmatrix free of conflicts; copies of 8 lanes go to 2 rows and meet
        // in 4 banks.
        String[] lines = Modules.text("matrices").split("\n");
        assertThat(report.bankConflicts().keySet())
                .isNotEmpty()
                .allSatisfy(line -> assertThat(lines[line - 1]).contains("cp.async"));
    }

    @Test
    void aProductOfBrainFloatsReadsTheTransposedMatrix() {
        float[] a = values(M * K);
        float[] b = values(N * K);
        short[] left = brains(a);
        short[] right = brains(b);
        DeviceBuffer c = device.allocate(M * N * 4L);
        launch("productBrain", c, left, right, COPIES_AND_BARRIERS);
        check(c.floats(), a, b, true);
    }

    private LaunchReport launch(String kernel, DeviceBuffer c, short[] a, short[] b, int waits) {
        return device.launch(
                module.kernel(kernel),
                Dimensions.of((N + 63) / 64, (M + 63) / 64),
                Dimensions.of(128),
                0,
                c,
                device.upload(a),
                device.upload(b),
                M,
                N,
                K,
                waits);
    }

    private static void check(float[] c, float[] a, float[] b, boolean transposed) {
        for (int i = 0; i < M; i++) {
            for (int j = 0; j < N; j++) {
                double sum = 0;
                for (int k = 0; k < K; k++) {
                    sum += (double) a[i * K + k] * (transposed ? b[k * N + j] : b[j * K + k]);
                }
                assertThat((double) c[i * N + j]).as("%d, %d", i, j).isCloseTo(sum, within(1e-5));
            }
        }
    }

    @Test
    void aMissingWaitIsFound() {
        DeviceBuffer c = device.allocate(M * N * 4L);
        short[] a = halves(values(M * K));
        short[] b = halves(values(N * K));
        assertThatThrownBy(() -> launch("productHalf", c, a, b, 2))
                .isInstanceOfSatisfying(
                        KernelFault.class,
                        fault -> assertThat(fault.kind()).isEqualTo(FaultKind.UNFINISHED_COPY))
                .hasMessageContaining("cp.async.wait_group is missing")
                .hasMessageContaining("ldmatrix");
    }

    @Test
    void aMissingBarrierAfterTheWaitIsFound() {
        DeviceBuffer c = device.allocate(M * N * 4L);
        short[] a = halves(values(M * K));
        short[] b = halves(values(N * K));
        assertThatThrownBy(() -> launch("productHalf", c, a, b, 1))
                .isInstanceOfSatisfying(
                        KernelFault.class,
                        fault ->
                                assertThat(fault.kind())
                                        .isIn(
                                                FaultKind.RACE_IN_BLOCK,
                                                FaultKind.UNFINISHED_COPY,
                                                FaultKind.UNINITIALIZED_MEMORY));
    }

    @Test
    void tf32CutsItsOperandsToTenBits() {
        int k = 20;
        float[] a = values(16 * k);
        float[] b = values(8 * k);
        DeviceBuffer c = device.allocate(16 * 8 * 4);
        device.launch(
                module.kernel("productTf32"),
                Dimensions.of(1),
                Dimensions.of(32),
                0,
                c,
                device.upload(a),
                device.upload(b),
                k);
        float[] results = c.floats();
        for (int i = 0; i < 16; i++) {
            for (int j = 0; j < 8; j++) {
                double sum = 0;
                for (int x = 0; x < k; x++) {
                    sum += tf32(a[i * k + x]) * tf32(b[j * k + x]);
                }
                assertThat((double) results[i * 8 + j]).isCloseTo(sum, within(1e-6));
            }
        }
    }

    private static double tf32(float x) {
        return Exact.round(new java.math.BigDecimal(x), "rna", 11, -126, 127);
    }

    @Test
    void aShallowProductAddsToWhatIsThere() {
        float[] a = values(16 * 8);
        float[] b = values(8 * 8);
        short[] left = halves(a);
        short[] right = halves(b);
        DeviceBuffer c = device.allocate(16 * 8 * 4);
        device.launch(
                module.kernel("productShallow"),
                Dimensions.of(1),
                Dimensions.of(32),
                0,
                c,
                device.upload(left),
                device.upload(right));
        float[] results = c.floats();
        for (int i = 0; i < 16; i++) {
            for (int j = 0; j < 8; j++) {
                double sum = 1;
                for (int x = 0; x < 8; x++) {
                    sum += (double) a[i * 8 + x] * b[j * 8 + x];
                }
                assertThat(results[i * 8 + j]).isEqualTo((float) sum);
            }
        }
    }

    @Test
    void aMatrixInstructionNeedsAllLanes() {
        DeviceBuffer c = device.allocate(16 * 8 * 4);
        assertThatThrownBy(
                        () ->
                                device.launch(
                                        module.kernel("productShallow"),
                                        Dimensions.of(1),
                                        Dimensions.of(16),
                                        0,
                                        c,
                                        device.upload(halves(values(128))),
                                        device.upload(halves(values(64)))))
                .isInstanceOfSatisfying(
                        KernelFault.class,
                        fault -> assertThat(fault.kind()).isEqualTo(FaultKind.PARTIAL_WARP))
                .hasMessageContaining("lane 16 does not exist");
    }

    private float[] values(int n) {
        float[] values = new float[n];
        for (int i = 0; i < n; i++) {
            values[i] = (float) random.nextGaussian() / 4;
        }
        return values;
    }

    /// The values as f16; the array is left with what they stand for.
    private static short[] halves(float[] values) {
        short[] halves = new short[values.length];
        for (int i = 0; i < halves.length; i++) {
            halves[i] = Float.floatToFloat16(values[i]);
            values[i] = Float.float16ToFloat(halves[i]);
        }
        return halves;
    }

    /// The values as bf16, cut off; the array is left with what they stand for.
    private static short[] brains(float[] values) {
        short[] brains = new short[values.length];
        for (int i = 0; i < brains.length; i++) {
            brains[i] = (short) (Float.floatToRawIntBits(values[i]) >>> 16);
            values[i] = Float.intBitsToFloat(brains[i] << 16);
        }
        return brains;
    }
}
