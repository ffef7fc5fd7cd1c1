package xlmr.backend.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import xlmr.cuda.EmulatedBackend;

/// The contract of the backends, for the CUDA kernels: right to the same limits as on the CPU, and
/// without an access out of bounds, an unwritten value or a race on the way.
class EmulatedBackendContractTest {
    private static final EmulatedBackend BACKEND = new EmulatedBackend();

    static List<OperationCase> cases() {
        return BackendContractTest.cases();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void theKernelsComputeWhatTheFormulaSays(OperationCase operation) {
        double[][] expected = operation.expected();
        float[][] found = operation.run(BACKEND);
        BACKEND.freeAll();
        List<String> differences = new ArrayList<>();
        for (int i = 0; i < found.length; i++) {
            @Nullable String difference = operation.difference(i, found[i], expected[i]);
            if (difference != null) {
                differences.add(difference);
            }
        }
        assertThat(differences).as(operation.name()).isEmpty();
    }
}
