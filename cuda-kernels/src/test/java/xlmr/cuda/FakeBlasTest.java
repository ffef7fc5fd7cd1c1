package xlmr.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.assertj.core.data.Offset;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The fake of cuBLAS against another way to multiply: outer products of columns in double
/// precision, written down by rows.
class FakeBlasTest {
    @ParameterizedTest
    @CsvSource({
        "1, 1, 1, false, false",
        "3, 5, 7, false, false",
        "5, 3, 8, true, false",
        "4, 9, 2, false, true",
        "6, 2, 5, true, true"
    })
    void productsAreThoseOfTheDefinition(int m, int n, int k, boolean turnsA, boolean turnsB) {
        int strideA = (turnsA ? k : m) + 2;
        int strideB = (turnsB ? n : k) + 1;
        int strideC = m + 3;
        Random random = new Random(m + n + k);
        float[] a = values(random, strideA * (turnsA ? m : k));
        float[] b = values(random, strideB * (turnsB ? k : n));
        float[] c = values(random, strideC * n);
        double[] expected = new double[c.length];
        for (int i = 0; i < c.length; i++) {
            expected[i] = i % strideC < m ? 0.5 * c[i] : c[i];
        }
        for (int l = 0; l < k; l++) {
            for (int i = 0; i < m; i++) {
                double left = turnsA ? a[i * strideA + l] : a[l * strideA + i];
                for (int j = 0; j < n; j++) {
                    double right = turnsB ? b[l * strideB + j] : b[j * strideB + l];
                    expected[j * strideC + i] += -2.0 * left * right;
                }
            }
        }
        FakeBlas.product(
                a, strideA, turnsA, b, strideB, turnsB, c, strideC, new int[] {m, n, k}, -2, 0.5f);
        for (int i = 0; i < c.length; i++) {
            assertThat((double) c[i]).isCloseTo(expected[i], Offset.offset(1e-6 * k + 1e-6));
        }
    }

    private static float[] values(Random random, int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }
}
