package xlmr.backend.contract;

import java.util.List;
import org.jspecify.annotations.Nullable;
import xlmr.backend.Backend;
import xlmr.backend.contract.Operand.Role;
import xlmr.backend.cpu.ScalarBackend;
import xlmr.tensor.Tensor;

/// One call of the contract: an operation on given tensors, and what must come out.
///
/// @param name operation and sizes, for the report
/// @param ulps allowed error, in units of the float32 rounding (2^-24) of the largest number of the
///   expected array, or of what is added to it: a sum near 0 is as exact as its addends; 0 asks for
///   the same bits
/// @param call the operation under test
/// @param statement the same in double precision on the operands' arrays: it replaces or changes
///   the arrays of the outputs; null where the scalar backend is the oracle
record OperationCase(
        String name,
        double ulps,
        Call call,
        @Nullable Statement statement,
        List<Operand> operands) {
    /// The operation on tensors.
    interface Call {
        /// Runs it.
        void run(Backend backend, Tensor[] t);
    }

    /// The operation on arrays in double precision.
    interface Statement {
        /// Computes the outputs.
        void run(double[][] a);
    }

    static OperationCase of(
            String name, double ulps, Call call, Statement statement, Operand... operands) {
        return new OperationCase(name, ulps, call, statement, List.of(operands));
    }

    /// A case too large for a statement: the scalar backend says what is right.
    static OperationCase againstScalar(String name, double ulps, Call call, Operand... operands) {
        return new OperationCase(name, ulps, call, null, List.of(operands));
    }

    /// What a backend left in all tensors, guard zones checked.
    ///
    /// @throws AssertionError if it wrote beyond a tensor
    float[][] run(Backend backend) {
        Tensor[] tensors = new Tensor[operands.size()];
        for (int i = 0; i < tensors.length; i++) {
            tensors[i] = operands.get(i).open(backend);
        }
        call.run(backend, tensors);
        float[][] results = new float[tensors.length][];
        for (int i = 0; i < tensors.length; i++) {
            if (!operands.get(i).guardIsIntact(tensors[i])) {
                throw new AssertionError("operand %d: written beyond its end".formatted(i));
            }
            results[i] = tensors[i].toArray();
        }
        return results;
    }

    /// What must be in all tensors afterwards.
    double[][] expected() {
        double[][] arrays = new double[operands.size()][];
        if (statement == null) {
            try (Backend oracle = new ScalarBackend()) {
                float[][] results = run(oracle);
                for (int i = 0; i < arrays.length; i++) {
                    arrays[i] =
                            new Operand(Role.INPUT, operands.get(i).shape(), results[i], null, 0)
                                    .doubles();
                }
            }
            return arrays;
        }
        for (int i = 0; i < arrays.length; i++) {
            arrays[i] = operands.get(i).doubles();
        }
        statement.run(arrays);
        return arrays;
    }

    /// Where a result is wrong, in one line; null if it is right.
    @Nullable String difference(int operand, float[] found, double[] expected) {
        if (found.length != expected.length) {
            return "operand %d: %d elements, expected %d"
                    .formatted(operand, found.length, expected.length);
        }
        boolean exact = ulps == 0 || operands.get(operand).role() == Role.INPUT;
        double largest = 0;
        for (double value : expected) {
            largest = Math.max(largest, Double.isFinite(value) ? Math.abs(value) : 0);
        }
        if (operands.get(operand).role() == Role.UPDATED) {
            for (float value : operands.get(operand).values()) {
                largest = Math.max(largest, Float.isFinite(value) ? Math.abs(value) : 0);
            }
        }
        // A factor below the smallest normal number may be lost.
        double limit = exact ? 0 : ulps * 0x1p-24 * largest + Float.MIN_NORMAL * largestInput();
        int worst = -1;
        double worstError = 0;
        for (int i = 0; i < found.length; i++) {
            double error = error(found[i], exact ? (float) expected[i] : expected[i]);
            if (error > limit && error > worstError) {
                worst = i;
                worstError = error;
            }
        }
        if (worst < 0) {
            return null;
        }
        return "operand %d %s, element %d: found %s, expected %s, %.1f ulps of %s (allowed %s)"
                .formatted(
                        operand,
                        operands.get(operand).shape(),
                        worst,
                        found[worst],
                        expected[worst],
                        worstError / (0x1p-24 * largest),
                        largest,
                        ulps);
    }

    private double largestInput() {
        double largest = 1;
        for (Operand operand : operands) {
            for (float value : operand.values()) {
                largest = Math.max(largest, Float.isFinite(value) ? Math.abs(value) : 0);
            }
        }
        return largest;
    }

    private static double error(double found, double expected) {
        if (Double.isNaN(expected) || Double.isNaN(found)) {
            return Double.isNaN(expected) == Double.isNaN(found) ? 0 : Double.POSITIVE_INFINITY;
        }
        return found == expected ? 0 : Math.abs(found - expected);
    }

    @Override
    public String toString() {
        return name;
    }
}
