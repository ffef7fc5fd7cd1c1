package xlmr.backend.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import xlmr.backend.Backend;
import xlmr.tensor.DType;
import xlmr.tensor.HostStorage;
import xlmr.tensor.MappedStorage;
import xlmr.tensor.Shape;
import xlmr.tensor.Storage;
import xlmr.tensor.Tensor;

class GemmTest {
    private static final float GUARD = 12345.678f;
    private static final int GUARDS = 64;

    /// Sizes around tiles, panels, tasks and pieces of the sum; the last two begin a second chunk.
    @ParameterizedTest
    @CsvSource({
        "1, 1, 1",
        "1, 7, 768",
        "2, 33, 5",
        "3, 31, 17",
        "4, 32, 256",
        "5, 8, 257",
        "8, 16, 64",
        "12, 64, 100",
        "13, 65, 33",
        "14, 96, 255",
        "15, 97, 300",
        "27, 40, 513",
        "113, 70, 40",
        "225, 31, 70",
        "9, 300, 40000",
        "300, 3, 40000",
    })
    void agreesWithTripleLoop(int m, int n, int depth) {
        Random random = new Random(m * 31 + n);
        Tensor input = random(random, m, depth); // [M, K]
        Tensor weight = random(random, n, depth); // [N, K]
        Tensor bias = random(random, n); // [N]
        Tensor dOutput = random(random, m, n); // [M, N]
        try (Backend backend = new VectorBackend(2)) {
            Tensor output = guarded(m, n); // [M, N]
            backend.linear(input, weight, bias, output);
            assertProduct(output, bias, input, false, weight, false, m, n, depth);
            backend.linear(input, weight, null, output);
            assertProduct(output, null, input, false, weight, false, m, n, depth);

            Tensor dInput = guarded(m, depth); // [M, K]
            backend.fill(dInput, 0);
            backend.linearInputGradient(dOutput, weight, dInput);
            assertProduct(dInput, null, dOutput, false, weight, true, m, depth, n);

            Tensor dWeight = guarded(n, depth); // [N, K]
            backend.fill(dWeight, 0);
            backend.linearWeightGradient(dOutput, input, dWeight);
            assertProduct(dWeight, null, dOutput, true, input, true, n, depth, m);
        }
    }

    @Test
    void gradientsAreAddedToWhatIsThere() {
        Random random = new Random(5);
        Tensor dOutput = random(random, 20, 40);
        Tensor weight = random(random, 40, 50);
        try (Backend backend = new VectorBackend(1)) {
            Tensor once = Tensor.zeros(20, 50);
            Tensor twice = Tensor.zeros(20, 50);
            backend.linearInputGradient(dOutput, weight, once);
            backend.linearInputGradient(dOutput, weight, twice);
            backend.linearInputGradient(dOutput, weight, twice);
            backend.scale(once, 2);
            assertThat(twice.toArray()).isEqualTo(once.toArray());
        }
    }

    @Test
    void sameBitsForAnyNumberOfThreads() {
        Random random = new Random(6);
        Tensor input = random(random, 131, 600);
        Tensor weight = random(random, 333, 600);
        Tensor dOutput = random(random, 131, 333);
        float[][] outputs = new float[4][];
        float[][] dInputs = new float[4][];
        float[][] dWeights = new float[4][];
        for (int threads = 1; threads <= 3; threads++) {
            try (Backend backend = new VectorBackend(threads)) {
                Tensor output = Tensor.zeros(131, 333);
                Tensor dInput = Tensor.zeros(131, 600);
                Tensor dWeight = Tensor.zeros(333, 600);
                backend.linear(input, weight, null, output);
                backend.linearInputGradient(dOutput, weight, dInput);
                backend.linearWeightGradient(dOutput, input, dWeight);
                outputs[threads] = output.toArray();
                dInputs[threads] = dInput.toArray();
                dWeights[threads] = dWeight.toArray();
            }
        }
        for (int threads = 2; threads <= 3; threads++) {
            assertThat(outputs[threads]).isEqualTo(outputs[1]);
            assertThat(dInputs[threads]).isEqualTo(dInputs[1]);
            assertThat(dWeights[threads]).isEqualTo(dWeights[1]);
        }
    }

    @Test
    void rowHasTheSameBitsWhateverElseIsInTheBatch() {
        Random random = new Random(7);
        Tensor weight = random(random, 100, 700);
        Tensor batch = random(random, 61, 700);
        try (Backend backend = new VectorBackend(2)) {
            Tensor all = Tensor.zeros(61, 100);
            backend.linear(batch, weight, null, all);
            for (int row : new int[] {0, 13, 14, 42, 60}) {
                float[] alone = Arrays.copyOfRange(batch.toArray(), row * 700, (row + 1) * 700);
                Tensor output = Tensor.zeros(1, 100);
                backend.linear(Tensor.of(Shape.of(1, 700), alone), weight, null, output);
                assertThat(output.toArray())
                        .isEqualTo(Arrays.copyOfRange(all.toArray(), row * 100, (row + 1) * 100));
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"F32, true", "F32, false", "F16, true", "BF16, true", "F64, true"})
    void readsMappedWeightsOfEveryType(DType type, boolean readOnly) {
        Random random = new Random(8);
        int n = 37;
        int depth = 300;
        // Small integers: exact in every type.
        float[] values = new float[n * depth];
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextInt(17) - 8;
        }
        Tensor host = Tensor.of(Shape.of(n, depth), values);
        Tensor mapped = new Tensor(Shape.of(n, depth), mapped(values, type, readOnly));
        Tensor input = random(random, 9, depth);
        Tensor dOutput = random(random, 9, n);
        try (Backend backend = new VectorBackend(2)) {
            Tensor expected = Tensor.zeros(9, n);
            Tensor dExpected = Tensor.zeros(9, depth);
            backend.linear(input, host, null, expected);
            backend.linearInputGradient(dOutput, host, dExpected);
            for (int use = 0; use < 2; use++) {
                Tensor output = Tensor.zeros(9, n);
                Tensor dInput = Tensor.zeros(9, depth);
                backend.linear(input, mapped, null, output);
                backend.linearInputGradient(dOutput, mapped, dInput);
                assertThat(output.toArray()).isEqualTo(expected.toArray());
                assertThat(dInput.toArray()).isEqualTo(dExpected.toArray());
            }
        }
    }

    @Test
    void severalThreadsMayCallOneBackend() throws InterruptedException {
        Random random = new Random(9);
        Tensor input = random(random, 50, 200);
        Tensor weight = random(random, 150, 200);
        try (Backend backend = new VectorBackend(2)) {
            Tensor expected = Tensor.zeros(50, 150);
            backend.linear(input, weight, null, expected);
            Tensor[] outputs = new Tensor[4];
            Thread[] callers = new Thread[4];
            for (int i = 0; i < callers.length; i++) {
                Tensor output = outputs[i] = Tensor.zeros(50, 150);
                callers[i] =
                        Thread.ofPlatform()
                                .start(
                                        () -> {
                                            for (int use = 0; use < 50; use++) {
                                                backend.linear(input, weight, null, output);
                                            }
                                        });
            }
            for (Thread caller : callers) {
                caller.join();
            }
            for (Tensor output : outputs) {
                assertThat(output.toArray()).isEqualTo(expected.toArray());
            }
        }
    }

    private static Storage mapped(float[] values, DType type, boolean readOnly) {
        byte[] bytes = new byte[values.length * type.bytes()];
        ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        for (float value : values) {
            switch (type) {
                case F32 -> buffer.putFloat(value);
                case F64 -> buffer.putDouble(value);
                case F16 -> buffer.putShort(Float.floatToFloat16(value));
                default -> buffer.putShort((short) (Float.floatToIntBits(value) >>> 16));
            }
        }
        MemorySegment segment = MemorySegment.ofArray(bytes);
        return new MappedStorage(readOnly ? segment.asReadOnly() : segment, type);
    }

    private static Tensor random(Random random, int... sizes) {
        Shape shape = Shape.of(sizes);
        float[] values = new float[shape.elements()];
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextFloat() - 0.5f;
        }
        return Tensor.of(shape, values);
    }

    private static Tensor guarded(int... sizes) {
        Shape shape = Shape.of(sizes);
        float[] values = new float[shape.elements() + GUARDS];
        Arrays.fill(values, GUARD);
        return new Tensor(shape, new HostStorage(values));
    }

    /// Some elements of a product in double precision, and that nothing was written behind it.
    private static void assertProduct(
            Tensor actual,
            @Nullable Tensor bias,
            Tensor left,
            boolean leftTransposed,
            Tensor right,
            boolean rightTransposed,
            int m,
            int n,
            int depth) {
        float[] values = ((HostStorage) actual.storage()).values();
        float[] a = left.toArray();
        float[] b = right.toArray();
        int step = Math.max(1, (int) ((long) m * n * depth / 20_000_000));
        for (int at = 0; at < m * n; at += step) {
            int i = at / n;
            int j = at % n;
            double sum = bias == null ? 0 : ((HostStorage) bias.storage()).values()[j];
            for (int k = 0; k < depth; k++) {
                double x = a[leftTransposed ? k * m + i : i * depth + k];
                sum += x * b[rightTransposed ? k * n + j : j * depth + k];
            }
            assertThat((double) values[at])
                    .as("element %d, %d", i, j)
                    .isCloseTo(sum, within(1e-6 * (1 + Math.sqrt(depth))));
        }
        assertThat(Arrays.copyOfRange(values, m * n, m * n + GUARDS)).containsOnly(GUARD);
    }
}
