package xlmr.backend.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import xlmr.backend.Backend;
import xlmr.cuda.FakeCuda;

/// The contract of the backends, for the GPU's: through the real bindings to a driver whose kernels
/// run in the emulator, late.
///
/// The kernels themselves pass the whole list in [EmulatedBackendContractTest]; here the way to
/// them is tested, by every case that launches little, and one in ten of the others.
class CudaBackendContractTest {
    private static final FakeCuda CUDA = FakeCuda.install();
    private static @Nullable Backend backend;

    @BeforeAll
    static void open() {
        backend = CUDA.open();
    }

    @AfterAll
    static void everythingIsGivenBack() {
        if (backend != null) {
            backend.close();
        }
        assertThat(CUDA.leaks()).isEmpty();
    }

    static List<OperationCase> cases() {
        int[] index = {0};
        return BackendContractTest.cases().stream()
                .filter(operation -> size(operation) < 1000 || index[0]++ % 10 == 0)
                .toList();
    }

    private static int size(OperationCase operation) {
        return operation.operands().stream().mapToInt(operand -> operand.shape().elements()).sum();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void theBackendComputesWhatTheFormulaSays(OperationCase operation) {
        assert backend != null;
        double[][] expected = operation.expected();
        float[][] found;
        try {
            found = operation.run(backend);
        } catch (RuntimeException failed) {
            Throwable fault = CUDA.takeFault();
            if (fault != null) {
                throw new AssertionError(fault);
            }
            throw failed;
        }
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
