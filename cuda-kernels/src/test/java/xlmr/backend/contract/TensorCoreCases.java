package xlmr.backend.contract;

import static xlmr.backend.contract.Operand.input;
import static xlmr.backend.contract.Operand.output;
import static xlmr.backend.contract.Operand.updated;

import java.util.ArrayList;
import java.util.List;
import xlmr.backend.AttentionShape;
import xlmr.backend.Backend;
import xlmr.backend.DropoutMask;
import xlmr.tensor.Shape;
import xlmr.tensor.Tensor;

/// Attention at the sizes where its kernels on tensor cores have edges: tiles of 64 and 32 rows,
/// fewer columns than they are made for, one sequence and several.
///
/// Operands are rounded to fp16, which is half a unit of 2^-10, as are probabilities and their
/// gradients, whose sums go over up to 130 keys.
final class TensorCoreCases {
    /// 2^-9, counted in float32 roundings.
    private static final double ULPS = 0x1p15;

    private static final DropoutMask DROPOUT = DropoutMask.of(0.3f, 7, 3, 2);

    private TensorCoreCases() {}

    static List<OperationCase> all() {
        Operand.drawAnew();
        List<OperationCase> cases = new ArrayList<>();
        for (boolean causal : new boolean[] {false, true}) {
            for (DropoutMask dropout : List.of(DropoutMask.NONE, DROPOUT)) {
                add(cases, AttentionShape.of(new int[] {0, 5}, 1, causal), 64, dropout);
                add(cases, AttentionShape.of(new int[] {0, 3, 73}, 2, causal), 40, dropout);
                add(cases, AttentionShape.of(new int[] {0, 130}, 1, causal), 64, dropout);
            }
        }
        int[] starts = {0, 1, 34};
        add(cases, new AttentionShape(starts, new int[] {0, 70, 79}, 1, false), 64, DROPOUT);
        add(cases, new AttentionShape(starts, new int[] {0, 66, 106}, 1, true), 64, DROPOUT);
        return cases;
    }

    private static void add(
            List<OperationCase> cases, AttentionShape shape, int size, DropoutMask dropout) {
        int n = shape.tokens();
        int m = shape.keyTokens();
        int c = shape.heads() * size;
        String name =
                " of %d to %d, %d heads of %d%s%s"
                        .formatted(
                                n,
                                m,
                                shape.heads(),
                                size,
                                shape.causal() ? ", causal" : "",
                                dropout.isActive() ? ", dropout" : "");
        cases.add(
                OperationCase.againstScalar(
                        "attention" + name,
                        ULPS,
                        (backend, t) ->
                                backend.attention(t[0], t[1], t[2], shape, dropout, t[3], t[4]),
                        input(n, c),
                        input(m, c).times(0.7),
                        input(m, c).times(1.3),
                        output(n, c),
                        output(n, shape.heads())));
        cases.add(
                OperationCase.againstScalar(
                        "attentionGradient" + name,
                        2 * ULPS,
                        (backend, t) -> gradient(backend, t, shape, dropout),
                        input(n, c),
                        input(m, c).times(-0.7).plus(0.1),
                        input(m, c).plus(0.5),
                        input(n, c).times(0.9).plus(-0.2),
                        updated(n, c),
                        updated(m, c),
                        updated(m, c)));
    }

    private static void gradient(
            Backend backend, Tensor[] t, AttentionShape shape, DropoutMask dropout) {
        Tensor output = backend.allocate(t[0].shape()); // [N, C]
        Tensor logSumExp = backend.allocate(Shape.of(shape.tokens(), shape.heads())); // [N, H]
        backend.attention(t[0], t[1], t[2], shape, dropout, output, logSumExp);
        backend.attentionGradient(
                t[0], t[1], t[2], output, logSumExp, t[3], shape, dropout, t[4], t[5], t[6]);
    }
}
