package xlmr.backend.contract;

import static xlmr.backend.contract.Operand.input;
import static xlmr.backend.contract.Operand.output;

import java.util.List;

/// Sizes at which the kernels do what they do at no size of the common contract.
final class KernelEdgeCases {
    private KernelEdgeCases() {}

    static List<OperationCase> all() {
        return List.of(sumOfManySquares());
    }

    /// More pieces of 8192 elements than the block has threads that adds them up.
    private static OperationCase sumOfManySquares() {
        return OperationCase.of(
                "sumOfSquares of more than 256 pieces",
                1,
                (backend, t) -> {
                    double exact = 0;
                    for (float value : t[0].toArray()) {
                        exact += (double) value * value;
                    }
                    double error = Math.abs(backend.sumOfSquares(t[0]) - exact) / exact;
                    backend.write(new float[] {error < 1e-12 ? 0 : (float) error}, t[1]);
                },
                arrays -> arrays[1][0] = 0,
                input(258 * 8192 + 5),
                output(1));
    }
}
