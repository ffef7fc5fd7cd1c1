package xlmr.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import xlmr.backend.AttentionShape;
import xlmr.backend.Backend;
import xlmr.backend.DropoutMask;
import xlmr.backend.cpu.ScalarBackend;
import xlmr.tensor.Shape;
import xlmr.tensor.Tensor;

/// Attention on tensor cores against the scalar backend, on operands that were rounded to 16 bits
/// before. The emulator finds races, copies that were not waited for and places that were not
/// written on the way.
class TensorCoreAttentionTest {
    /// A case of `attention_error.txt`: what PyTorch's own error is, as shares of the largest
    /// number of output, dQuery, dKey and dValue.
    record Case(
            HalfFormat format, int heads, int size, boolean causal, int[] lengths, double[] error) {
        static Case parse(String line) {
            List<String> words = Arrays.asList(line.split(" ", -1));
            return new Case(
                    HalfFormat.valueOf(words.get(0).toUpperCase(java.util.Locale.ROOT)),
                    Integer.parseInt(words.get(1)),
                    Integer.parseInt(words.get(2)),
                    words.get(3).equals("causal"),
                    Arrays.stream(words.get(4).split(",", -1))
                            .mapToInt(Integer::parseInt)
                            .toArray(),
                    words.subList(5, 9).stream().mapToDouble(Double::parseDouble).toArray());
        }

        @Override
        public String toString() {
            return "%s, %d heads of %d, %s%s"
                    .formatted(
                            format,
                            heads,
                            size,
                            Arrays.toString(lengths),
                            causal ? ", causal" : "");
        }
    }

    static List<Case> cases() throws IOException {
        try (InputStream in =
                TensorCoreAttentionTest.class.getResourceAsStream("attention_error.txt")) {
            return new String(
                            Objects.requireNonNull(in, "attention_error.txt").readAllBytes(),
                            StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .map(Case::parse)
                    .toList();
        }
    }

    private final ScalarBackend oracle = new ScalarBackend();

    @ParameterizedTest
    @MethodSource("cases")
    void theErrorIsAtMostTwicePyTorchs(Case c) {
        AttentionShape shape = AttentionShape.of(starts(c.lengths()), c.heads(), c.causal());
        check(c.format(), shape, c.size(), DropoutMask.NONE, c.error());
    }

    @ParameterizedTest
    @MethodSource("cases")
    void dropoutMasksAreThoseOfTheCpu(Case c) {
        AttentionShape shape = AttentionShape.of(starts(c.lengths()), c.heads(), c.causal());
        check(c.format(), shape, c.size(), DropoutMask.of(0.3f, 7, 3, 2), c.error());
    }

    @Test
    void keysMayBeOtherTokensThanQueries() throws IOException {
        Case c = cases().getFirst();
        int[] queries = starts(70, 1, 33);
        for (boolean causal : new boolean[] {false, true}) {
            int[] keys = causal ? starts(75, 140, 33) : starts(20, 90, 1);
            AttentionShape shape = new AttentionShape(queries, keys, 2, causal);
            check(c.format(), shape, 16, DropoutMask.NONE, c.error());
        }
    }

    private void check(
            HalfFormat format,
            AttentionShape shape,
            int size,
            DropoutMask dropout,
            double[] allowed) {
        int width = shape.heads() * size;
        float[][] operands = {
            values(1, shape.tokens() * width),
            values(2, shape.keyTokens() * width),
            values(3, shape.keyTokens() * width),
            values(4, shape.tokens() * width)
        };
        for (float[] operand : operands) {
            for (int i = 0; i < operand.length; i++) {
                operand[i] = round(format, operand[i]);
            }
        }
        float[][] expected = results(oracle, operands, shape, width, dropout);
        EmulatedBackend device = new EmulatedBackend(format);
        float[][] found = results(device, operands, shape, width, dropout);
        for (int i = 0; i < 4; i++) {
            assertThat(error(found[i], expected[i]))
                    .as("%s of %s", List.of("output", "dQuery", "dKey", "dValue").get(i), shape)
                    .isLessThanOrEqualTo(2 * allowed[i]);
        }
        assertThat(error(found[4], expected[4])).as("logSumExp").isLessThan(1e-5);
        assertThat(device.takeReports())
                .filteredOn(report -> report.matrixMultiplications() > 0)
                .hasSize(3)
                .allSatisfy(
                        report -> assertThat(report.bankConflicts()).as(report.kernel()).isEmpty());
        device.close();
    }

    private static float[][] results(
            Backend backend,
            float[][] operands,
            AttentionShape shape,
            int width,
            DropoutMask dropout) {
        Tensor query = tensor(backend, operands[0], width); // [N, C]
        Tensor key = tensor(backend, operands[1], width); // [M, C]
        Tensor value = tensor(backend, operands[2], width); // [M, C]
        Tensor dOutput = tensor(backend, operands[3], width); // [N, C]
        Tensor output = backend.allocate(query.shape()); // [N, C]
        Tensor logSumExp = backend.allocate(Shape.of(shape.tokens(), shape.heads())); // [N, H]
        backend.attention(query, key, value, shape, dropout, output, logSumExp);
        Tensor dQuery = tensor(backend, ones(operands[0].length), width); // [N, C]
        Tensor dKey = tensor(backend, ones(operands[1].length), width); // [M, C]
        Tensor dValue = tensor(backend, ones(operands[2].length), width); // [M, C]
        backend.attentionGradient(
                query, key, value, output, logSumExp, dOutput, shape, dropout, dQuery, dKey,
                dValue);
        return new float[][] {
            output.toArray(),
            dQuery.toArray(),
            dKey.toArray(),
            dValue.toArray(),
            logSumExp.toArray()
        };
    }

    private static Tensor tensor(Backend backend, float[] values, int width) {
        Tensor tensor = backend.allocate(Shape.of(values.length / width, width));
        backend.write(values, tensor);
        return tensor;
    }

    /// Gradients are added to what is there: ones.
    private static float[] ones(int n) {
        float[] ones = new float[n];
        Arrays.fill(ones, 1);
        return ones;
    }

    /// To the nearest number of the format, the even one of two.
    private static float round(HalfFormat format, float value) {
        return switch (format) {
            case BF16 -> {
                int bits = Float.floatToRawIntBits(value);
                yield Float.intBitsToFloat(bits + 0x7fff + (bits >>> 16 & 1) & 0xffff0000);
            }
            case FP16 -> Float.float16ToFloat(Float.floatToFloat16(value));
        };
    }

    private static double error(float[] found, float[] expected) {
        double largest = 0;
        double worst = 0;
        for (int i = 0; i < found.length; i++) {
            largest = Math.max(largest, Math.abs(expected[i]));
            double difference = Math.abs((double) found[i] - expected[i]);
            worst = difference <= worst ? worst : difference;
        }
        return worst / largest;
    }

    static int[] starts(int... lengths) {
        int[] starts = new int[lengths.length + 1];
        for (int b = 0; b < lengths.length; b++) {
            starts[b + 1] = starts[b] + lengths[b];
        }
        return starts;
    }

    /// Numbers between -1.7 and 1.7 that a hash makes of their places, as `attention_error.py`
    /// does.
    static float[] values(int seed, int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            int hash = i * 0x9E3779B9 + seed * 0x85EBCA6B;
            hash ^= hash >>> 16;
            hash *= 0x7FEB352D;
            hash ^= hash >>> 15;
            hash *= 0x846CA68B;
            hash ^= hash >>> 16;
            values[i] = ((hash >>> 8) * 0x1p-23f - 1) * 1.7f;
        }
        return values;
    }
}
