package xlmr.backend.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import xlmr.backend.Backend;

/// Runs the one list of cases over every backend.
class BackendContractTest {
    private static final List<OperationCase> CASES = all();

    static List<OperationCase> cases() {
        return CASES;
    }

    private static List<OperationCase> all() {
        Operand.drawAnew();
        return Stream.of(
                        LinearCases.all(),
                        AttentionCases.all(),
                        LayerNormCases.all(),
                        SoftmaxCases.all(),
                        ElementCases.all(),
                        LossCases.all(),
                        TableCases.all(),
                        SegmentCases.all(),
                        UpdateCases.all(),
                        FusedCases.all(),
                        RowUpdateCases.all())
                .flatMap(List::stream)
                .toList();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void everyBackendComputesWhatTheFormulaSays(OperationCase operation) {
        double[][] expected = operation.expected();
        assertThat(differences(operation, expected, TestedBackends.scalar())).isEmpty();
        List<String> differences = differences(operation, expected, TestedBackends.vector(1));
        assertThat(differences).as(operation.name()).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void anyNumberOfThreadsGivesTheSameBits(OperationCase operation) {
        int[][] once = bits(operation.run(TestedBackends.vector(1)));
        for (int threads = 1; threads <= 3; threads++) {
            int[][] again = bits(operation.run(TestedBackends.vector(threads)));
            assertThat(again).as("%s on %d threads", operation.name(), threads).isDeepEqualTo(once);
        }
    }

    private static List<String> differences(
            OperationCase operation, double[][] expected, Backend backend) {
        float[][] found = operation.run(backend);
        List<String> differences = new ArrayList<>();
        for (int i = 0; i < found.length; i++) {
            @Nullable String difference = operation.difference(i, found[i], expected[i]);
            if (difference != null) {
                differences.add(backend.name() + ": " + difference);
            }
        }
        return differences;
    }

    private static int[][] bits(float[][] arrays) {
        int[][] bits = new int[arrays.length][];
        for (int i = 0; i < arrays.length; i++) {
            bits[i] = new int[arrays[i].length];
            for (int j = 0; j < bits[i].length; j++) {
                bits[i][j] = Float.floatToIntBits(arrays[i][j]);
            }
        }
        return bits;
    }
}
