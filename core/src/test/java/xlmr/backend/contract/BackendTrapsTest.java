package xlmr.backend.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import xlmr.backend.AttentionShape;
import xlmr.backend.Backend;
import xlmr.backend.DropoutMask;
import xlmr.tensor.DType;
import xlmr.tensor.Shape;
import xlmr.tensor.Tensor;

/// What single calls cannot show: copies that go stale, masks that differ, callers that meet.
class BackendTrapsTest {
    static List<Backend> backends() {
        return TestedBackends.all();
    }

    @ParameterizedTest
    @MethodSource("backends")
    void aWeightThatChangedIsReadAgain(Backend backend) {
        Tensor input = tensor(backend, 1, 2, 3);
        Tensor weight = tensor(backend, 1, 1, 1).reshape(1, 3);
        Tensor output = backend.allocate(Shape.of(1, 1)); // [N, out]
        backend.linear(input.reshape(1, 3), weight, null, output);
        assertThat(output.item()).isEqualTo(6);
        backend.write(new float[] {1, 0, -1}, weight);
        backend.linear(input.reshape(1, 3), weight, null, output);
        assertThat(output.item()).isEqualTo(-2);
        Tensor dInput = tensor(backend, 0, 0, 0).reshape(1, 3);
        backend.linearInputGradient(tensor(backend, 2).reshape(1, 1), weight, dInput);
        assertThat(dInput.toArray()).containsExactly(2, 0, -2);
    }

    @ParameterizedTest
    @MethodSource("backends")
    void aReadOnlyStorageMayBeSeenUnderSeveralShapes(Backend backend) {
        Tensor wide =
                Operand.input(Shape.of(2, 6), 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12)
                        .mapped(DType.F32, 0)
                        .open(backend); // [out, in]
        Tensor narrow = wide.reshape(6, 2); // [out, in]
        Tensor first = backend.allocate(Shape.of(1, 2)); // [N, out]
        Tensor second = backend.allocate(Shape.of(1, 6)); // [N, out]
        backend.linear(tensor(backend, 1, 0, 0, 0, 0, 1).reshape(1, 6), wide, null, first);
        backend.linear(tensor(backend, 1, 1).reshape(1, 2), narrow, null, second);
        float[] sums = {3, 7, 11, 15, 19, 23};
        assertThat(first.toArray()).containsExactly(7, 19);
        assertThat(second.toArray()).containsExactly(sums);
        backend.fill(second, 0);
        backend.linearInputGradient(tensor(backend, 1, 1).reshape(1, 2), wide, second);
        assertThat(second.toArray()).containsExactly(8, 10, 12, 14, 16, 18);
        backend.fill(first, 0);
        backend.linearInputGradient(tensor(backend, 1, 1, 1, 1, 1, 1).reshape(1, 6), narrow, first);
        assertThat(first.toArray()).containsExactly(36, 42);
    }

    /// With equal scores every probability is 1/T, and with the unit matrix as value the output is
    /// the mask.
    @ParameterizedTest
    @MethodSource("backends")
    void attentionDropsWhatTheMaskSays(Backend backend) {
        int tokens = 90;
        int heads = 2;
        int channels = heads * tokens;
        AttentionShape shape = AttentionShape.of(new int[] {0, 3, 3 + tokens}, heads, false);
        DropoutMask mask = new DropoutMask(0.4f, 99, -12345);
        int rows = shape.tokens();
        Tensor zero = Operand.input(rows, channels).times(0).open(backend); // [N, C]
        float[] unit = new float[rows * channels];
        for (int j = 0; j < tokens; j++) {
            for (int h = 0; h < heads; h++) {
                unit[(3 + j) * channels + h * tokens + j] = tokens;
            }
        }
        Tensor value = Operand.input(Shape.of(rows, channels), unit).open(backend); // [N, C]
        Tensor output = backend.allocate(Shape.of(rows, channels)); // [N, C]
        Tensor logSumExp = backend.allocate(Shape.of(rows, heads)); // [N, H]
        backend.attention(zero, zero, value, shape, mask, output, logSumExp);
        Tensor dValue = backend.allocate(Shape.of(rows, channels)); // [N, C]
        backend.fill(dValue, 0);
        Tensor unused = backend.allocate(Shape.of(rows, channels)); // [N, C]
        backend.fill(unused, 0);
        backend.attentionGradient(
                zero, zero, value, output, logSumExp, value, shape, mask, unused, unused, dValue);

        float[] forward = output.toArray();
        float[] backward = dValue.toArray();
        for (int i = 0; i < tokens; i++) {
            for (int h = 0; h < heads; h++) {
                DropoutMask row = mask.row((3 + i) * heads + h);
                for (int j = 0; j < tokens; j++) {
                    boolean kept = row.keeps(j);
                    float seen = forward[(3 + i) * channels + h * tokens + j];
                    float returned = backward[(3 + j) * channels + h * tokens + i];
                    assertThat(seen != 0).as("query %d, key %d, head %d", i, j, h).isEqualTo(kept);
                    assertThat(returned != 0).as("gradient %d, %d, %d", i, j, h).isEqualTo(kept);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("backends")
    void dropoutKeepsTheShareItShould(Backend backend) {
        int count = 1_000_000;
        Tensor ones = backend.allocate(Shape.of(count)); // [count]
        backend.fill(ones, 1);
        backend.dropout(ones, DropoutMask.of(0.1f, 1, 2, 3), ones);
        double sum = 0;
        int kept = 0;
        for (float value : ones.toArray()) {
            sum += value;
            kept += value != 0 ? 1 : 0;
        }
        // The standard deviation of the share is 0.0003.
        assertThat(kept / (double) count).isBetween(0.8985, 0.9015);
        assertThat(sum / count).isBetween(0.998, 1.002);
    }

    @Test
    void severalCallersAtOnceGetTheBitsOfOne() throws Exception {
        OperationCase operation =
                LinearCases.all().stream()
                        .filter(one -> one.name().equals("linear [130, 257] x [70, 257]"))
                        .findFirst()
                        .orElseThrow();
        float[] alone = operation.run(TestedBackends.vector(1))[3];
        try (ExecutorService callers = Executors.newFixedThreadPool(3)) {
            Callable<float[]> call = () -> operation.run(TestedBackends.vector(2))[3];
            List<Future<float[]>> results = new ArrayList<>();
            for (int i = 0; i < 12; i++) {
                results.add(callers.submit(call));
            }
            for (Future<float[]> result : results) {
                assertThat(result.get()).isEqualTo(alone);
            }
        }
    }

    private static Tensor tensor(Backend backend, float... values) {
        Tensor tensor = backend.allocate(Shape.of(values.length));
        backend.write(values, tensor);
        return tensor;
    }
}
