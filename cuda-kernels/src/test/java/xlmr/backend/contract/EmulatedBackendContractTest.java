package xlmr.backend.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import xlmr.cuda.EmulatedBackend;
import xlmr.cuda.HalfFormat;

/// The contract of the backends, for the CUDA kernels: right to the same limits as on the CPU, and
/// without an access out of bounds, an unwritten value or a race on the way.
class EmulatedBackendContractTest {
    private static final EmulatedBackend BACKEND = new EmulatedBackend();
    private static final EmulatedBackend TENSOR_CORES = new EmulatedBackend(HalfFormat.FP16);

    static List<OperationCase> cases() {
        return Stream.concat(BackendContractTest.cases().stream(), KernelEdgeCases.all().stream())
                .toList();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void theKernelsComputeWhatTheFormulaSays(OperationCase operation) {
        check(operation, BACKEND);
    }

    static List<OperationCase> tensorCoreCases() {
        return TensorCoreCases.all();
    }

    @ParameterizedTest
    @MethodSource("tensorCoreCases")
    void attentionOnTensorCoresComputesWhatTheFormulaSays(OperationCase operation) {
        check(operation, TENSOR_CORES);
    }

    private static void check(OperationCase operation, EmulatedBackend backend) {
        double[][] expected = operation.expected();
        float[][] found = operation.run(backend);
        backend.freeAll();
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
