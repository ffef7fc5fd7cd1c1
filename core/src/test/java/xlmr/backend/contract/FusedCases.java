package xlmr.backend.contract;

import static xlmr.backend.contract.Operand.input;
import static xlmr.backend.contract.Operand.output;
import static xlmr.backend.contract.Operand.updated;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import xlmr.backend.Activation;
import xlmr.backend.Backend;
import xlmr.backend.DropoutMask;
import xlmr.tensor.Shape;
import xlmr.tensor.Tensor;

/// Matrix products with what follows them. What must come out is what the single operations of the
/// scalar backend give, which have statements of their own.
final class FusedCases {
    private static final float EPSILON = 1e-5f;
    private static final DropoutMask DROPOUT = DropoutMask.of(0.3f, 5, 2, 1);

    /// N, in, out: ones, tails of every vector length, more rows than a piece of a sum has, more
    /// columns than a block has threads, empty.
    private static final int[][] SIZES = {
        {1, 1, 1}, {3, 4, 5}, {2, 8, 33}, {17, 3, 16}, {260, 2, 31}, {2, 3, 300}, {0, 2, 4}
    };

    private FusedCases() {}

    static List<OperationCase> all() {
        List<OperationCase> cases = new ArrayList<>();
        for (int[] size : SIZES) {
            addActivation(cases, Activation.GELU, size[0], size[1], size[2]);
            for (DropoutMask mask : List.of(DropoutMask.NONE, DROPOUT)) {
                addNorm(cases, mask, size[0], size[1], size[2]);
            }
        }
        for (Activation function : Activation.values()) {
            addActivation(cases, function, 9, 3, 40);
        }
        addWithoutBias(cases);
        addNormFarFromZero(cases);
        return cases;
    }

    private static void addActivation(
            List<OperationCase> cases, Activation function, int n, int in, int out) {
        String name = " %s [%d, %d] x [%d, %d]".formatted(function, n, in, out, in);
        cases.add(
                OperationCase.againstScalar(
                        "linearActivation" + name,
                        16,
                        (backend, t) ->
                                backend.linearActivation(t[0], t[1], t[2], function, t[3], t[4]),
                        input(n, in),
                        input(out, in),
                        input(out),
                        output(n, out),
                        output(n, out)));
        cases.add(
                OperationCase.againstScalar(
                        "linearActivation for inference" + name,
                        16,
                        (backend, t) ->
                                backend.linearActivation(t[0], t[1], t[2], function, null, t[3]),
                        input(n, in),
                        input(out, in),
                        input(out),
                        output(n, out)));
        addActivationGradient(cases, function, n, out, true);
        addActivationGradient(cases, function, n, out, false);
    }

    private static void addActivationGradient(
            List<OperationCase> cases, Activation function, int n, int out, boolean wantsBias) {
        cases.add(
                OperationCase.againstScalar(
                        "linearActivationGradient%s %s [%d, %d]"
                                .formatted(wantsBias ? "" : " without bias", function, n, out),
                        12,
                        (backend, t) ->
                                backend.linearActivationGradient(
                                        function, t[0], t[1], t[2], wantsBias ? t[3] : null),
                        input(n, out).awayFromZero(0.01),
                        input(n, out),
                        output(n, out),
                        updated(out)));
    }

    private static void addNorm(
            List<OperationCase> cases, DropoutMask mask, int n, int in, int out) {
        String name =
                " [%d, %d] x [%d, %d]%s"
                        .formatted(n, in, out, in, mask.isActive() ? ", dropout" : "");
        cases.add(norm("linearAddNorm" + name, mask, input(n, in), input(n, out), in, out));
        for (int wanted = 0; wanted < 4; wanted++) {
            boolean residual = wanted % 2 == 0;
            boolean parameters = wanted / 2 == 0;
            cases.add(
                    OperationCase.againstScalar(
                            "linearAddNormGradient%s%s%s"
                                    .formatted(
                                            name,
                                            residual ? ", residual" : "",
                                            parameters ? ", parameters" : ""),
                            48,
                            (backend, t) -> normGradient(backend, t, mask, residual, parameters),
                            input(n, out).times(3),
                            input(out),
                            input(n, out),
                            updated(n, out),
                            output(n, out),
                            updated(out),
                            updated(out)));
        }
    }

    private static OperationCase norm(
            String name, DropoutMask mask, Operand x, Operand residual, int in, int out) {
        int n = x.shape().size(0);
        return OperationCase.againstScalar(
                name,
                // What a row of close numbers loses is measured by its spread, not by its size.
                out < 4 ? 2000 : 100,
                (backend, t) ->
                        backend.linearAddNorm(
                                t[0],
                                t[1],
                                t[2],
                                mask,
                                t[3],
                                new Backend.Affine(t[4], t[5], EPSILON),
                                t[6],
                                t[7],
                                t[8],
                                t[9]),
                x,
                input(out, in),
                input(out),
                residual,
                input(out),
                input(out),
                output(n, out),
                output(n, out),
                output(n),
                output(n));
    }

    private static void normGradient(
            Backend backend, Tensor[] t, DropoutMask mask, boolean residual, boolean parameters) {
        int rows = t[0].shape().rows();
        Tensor output = backend.allocate(t[0].shape()); // [N, C]
        Tensor mean = backend.allocate(Shape.of(rows)); // [N]
        Tensor rstd = backend.allocate(Shape.of(rows)); // [N]
        backend.layerNorm(t[0], t[1], t[1], EPSILON, output, mean, rstd);
        @Nullable Tensor dWeight = parameters ? t[5] : null;
        @Nullable Tensor dBias = parameters ? t[6] : null;
        backend.linearAddNormGradient(
                t[2], t[0], t[1], mean, rstd, mask, residual ? t[3] : null, t[4], dWeight, dBias);
    }

    private static void addWithoutBias(List<OperationCase> cases) {
        cases.add(
                OperationCase.againstScalar(
                        "linearActivation without bias",
                        16,
                        (backend, t) ->
                                backend.linearActivation(
                                        t[0], t[1], null, Activation.GELU, t[2], t[3]),
                        input(3, 5),
                        input(7, 5),
                        output(3, 7),
                        output(3, 7)));
        cases.add(
                OperationCase.againstScalar(
                        "linearAddNorm without bias",
                        100,
                        (backend, t) ->
                                backend.linearAddNorm(
                                        t[0],
                                        t[1],
                                        null,
                                        DROPOUT,
                                        t[2],
                                        new Backend.Affine(t[3], t[4], EPSILON),
                                        t[5],
                                        t[6],
                                        t[7],
                                        t[8]),
                        input(3, 5),
                        input(7, 5),
                        input(3, 7),
                        input(7),
                        input(7),
                        output(3, 7),
                        output(3, 7),
                        output(3),
                        output(3)));
    }

    /// Rows whose mean is far larger than their spread keep their digits.
    private static void addNormFarFromZero(List<OperationCase> cases) {
        cases.add(
                norm(
                        "linearAddNorm far from 0",
                        DropoutMask.NONE,
                        input(3, 2),
                        input(3, 150).plus(50),
                        2,
                        150));
    }
}
