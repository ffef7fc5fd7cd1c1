package xlmr.ptx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import xlmr.ptx.machine.Dimensions;

/// Kernels from another compiler, Triton's (`src/test/triton`): its layouts, its pipelines, its
/// ways to spell things.
class TritonKernelsTest {
    /// Triton adds two pointers for its own use.
    private static final long UNUSED = 0;

    private final Device device = new Device();
    private final Random random = new Random(1);

    @Test
    void layerNormIsExactToFloatRounding() {
        int rows = 20;
        int columns = 768;
        float[] x = values(rows * columns);
        float[] weight = values(columns);
        float[] bias = values(columns);
        DeviceBuffer out = device.allocate(rows * columns * 4L);
        device.launch(
                Modules.load(device, "triton_layer_norm").kernel("layer_norm"),
                Dimensions.of(rows),
                Dimensions.of(128),
                16,
                device.upload(x),
                out,
                device.upload(weight),
                device.upload(bias),
                columns,
                1e-5f,
                UNUSED,
                UNUSED);
        float[] results = out.floats();
        for (int row = 0; row < rows; row++) {
            double mean = 0;
            double variance = 0;
            for (int i = 0; i < columns; i++) {
                mean += x[row * columns + i] / (double) columns;
            }
            for (int i = 0; i < columns; i++) {
                variance += Math.pow(x[row * columns + i] - mean, 2) / columns;
            }
            for (int i = 0; i < columns; i++) {
                double normal = (x[row * columns + i] - mean) / Math.sqrt(variance + 1e-5);
                assertThat((double) results[row * columns + i])
                        .isCloseTo(normal * weight[i] + bias[i], within(2e-6));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {64, 200, 77, 1})
    void flashAttentionIsExactToHalfRounding(int length) {
        int width = 64;
        float[][] inputs = {values(length * width), values(length * width), values(length * width)};
        DeviceBuffer[] buffers = new DeviceBuffer[3];
        for (int i = 0; i < 3; i++) {
            buffers[i] = device.upload(halves(inputs[i]));
        }
        DeviceBuffer out = device.allocate(length * width * 2L);
        device.launch(
                Modules.load(device, "triton_flash_attention").kernel("flash_attention"),
                Dimensions.of((length + 63) / 64),
                Dimensions.of(128),
                40960,
                buffers[0],
                buffers[1],
                buffers[2],
                out,
                length,
                (float) (0.125 / Math.log(2)),
                UNUSED,
                UNUSED);
        short[] results = out.shorts();
        for (int row = 0; row < length; row++) {
            double[] expected = attention(inputs, row, length, width);
            for (int i = 0; i < width; i++) {
                // Weights and results are halves: 2^-11 of values up to 4.
                assertThat((double) Float.float16ToFloat(results[row * width + i]))
                        .isCloseTo(expected[i], within(2e-3));
            }
        }
    }

    private static double[] attention(float[][] inputs, int row, int length, int width) {
        double[] weights = new double[length];
        double total = 0;
        for (int j = 0; j < length; j++) {
            double score = 0;
            for (int i = 0; i < width; i++) {
                score += (double) inputs[0][row * width + i] * inputs[1][j * width + i];
            }
            weights[j] = Math.exp(score / 8);
            total += weights[j];
        }
        double[] result = new double[width];
        for (int j = 0; j < length; j++) {
            for (int i = 0; i < width; i++) {
                result[i] += weights[j] / total * inputs[2][j * width + i];
            }
        }
        return result;
    }

    @Test
    void aPipelinedMatrixProductIsExactToFloatRounding() {
        int m = 112;
        int n = 96;
        int k = 208;
        float[] a = values(m * k);
        float[] b = values(k * n);
        DeviceBuffer left = device.upload(brains(a));
        DeviceBuffer right = device.upload(brains(b));
        DeviceBuffer c = device.allocate(m * n * 4L);
        device.launch(
                Modules.load(device, "triton_matrix_product").kernel("matrix_product"),
                Dimensions.of(2, 2),
                Dimensions.of(128),
                16384,
                left,
                right,
                c,
                m,
                n,
                k,
                UNUSED,
                UNUSED);
        float[] results = c.floats();
        for (int i = 0; i < m; i++) {
            for (int j = 0; j < n; j++) {
                double sum = 0;
                for (int x = 0; x < k; x++) {
                    sum += (double) a[i * k + x] * b[x * n + j];
                }
                assertThat((double) results[i * n + j]).isCloseTo(sum, within(2e-5));
            }
        }
    }

    private float[] values(int n) {
        float[] values = new float[n];
        for (int i = 0; i < n; i++) {
            values[i] = (float) random.nextGaussian();
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
