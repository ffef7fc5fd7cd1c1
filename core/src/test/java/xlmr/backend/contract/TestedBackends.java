package xlmr.backend.contract;

import java.util.List;
import xlmr.backend.Backend;
import xlmr.backend.cpu.CpuBackends;

/// The backends that the contract is held against, opened once for all tests of a run.
final class TestedBackends {
    private static final Backend SCALAR = CpuBackends.scalar();
    private static final List<Backend> VECTOR =
            List.of(CpuBackends.vector(1), CpuBackends.vector(2), CpuBackends.vector(3));

    private TestedBackends() {}

    static Backend scalar() {
        return SCALAR;
    }

    /// On 1, 2 or 3 threads.
    static Backend vector(int threads) {
        return VECTOR.get(threads - 1);
    }

    /// One of each kind.
    static List<Backend> all() {
        return List.of(SCALAR, vector(1));
    }
}
