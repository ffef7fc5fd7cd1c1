package xlmr.backend.contract;

import static xlmr.backend.contract.Operand.input;
import static xlmr.backend.contract.Operand.output;
import static xlmr.backend.contract.Operand.updated;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import xlmr.backend.AttentionShape;
import xlmr.backend.Backend;
import xlmr.backend.DropoutMask;
import xlmr.tensor.Shape;
import xlmr.tensor.Tensor;

/// Attention over sequences of unequal length. A score around 8 has an error of 8 roundings, which
/// the exponential makes one of the probability, and a sum of T terms adds √T; gradients pass two
/// such products and a difference.
final class AttentionCases {
    /// 32-bit words of a key with nothing special about it.
    private static final DropoutMask DROPOUT = DropoutMask.of(0.3f, 7, 3, 2);

    private AttentionCases() {}

    static List<OperationCase> all() {
        List<OperationCase> cases = new ArrayList<>();
        for (boolean causal : new boolean[] {false, true}) {
            for (DropoutMask dropout : List.of(DropoutMask.NONE, DROPOUT)) {
                addStated(cases, shape(1, causal, 1), 1, dropout);
                addStated(cases, shape(2, causal, 3, 1, 5), 3, dropout);
                addStated(cases, shape(3, causal, 9, 2), 4, dropout);
                addStated(cases, shape(1, causal, 2, 7), 17, dropout);
                addLarge(cases, shape(2, causal, 1, 63, 64, 65), 8, 1, dropout);
                addLarge(cases, shape(3, causal, 129, 1, 40, 128), 12, 1, dropout);
                addLarge(cases, shape(2, causal, 200, 17), 64, 1, dropout);
                addLarge(cases, shape(1, causal, 300), 5, 1, dropout);
                addLarge(cases, shape(12, causal, 33, 31, 2, 1), 64, 1, dropout);
            }
        }
        for (DropoutMask dropout : List.of(DropoutMask.NONE, DROPOUT)) {
            addStated(cases, shape(2, false, starts(3, 1, 5), starts(2, 4, 1)), 3, dropout);
            addStated(cases, shape(1, true, starts(2, 1), starts(5, 4)), 5, dropout);
            addLarge(cases, shape(2, false, starts(70, 1, 33), starts(20, 90, 1)), 16, 1, dropout);
            addLarge(cases, shape(3, true, starts(1, 40, 64), starts(65, 41, 200)), 12, 1, dropout);
        }
        addLarge(cases, shape(2, false, 5, 90), 8, 4, DropoutMask.NONE);
        addLarge(cases, shape(1, true, 45), 128, 1, DROPOUT);
        addLarge(cases, shape(2, false), 8, 1, DropoutMask.NONE);
        addSharp(cases);
        return cases;
    }

    private static AttentionShape shape(int heads, boolean causal, int... lengths) {
        return AttentionShape.of(starts(lengths), heads, causal);
    }

    /// Other keys than those of the queries' tokens: some hidden, or earlier ones kept.
    private static AttentionShape shape(int heads, boolean causal, int[] starts, int[] keyStarts) {
        return new AttentionShape(starts, keyStarts, heads, causal);
    }

    /// Where sequences of these lengths start.
    private static int[] starts(int... lengths) {
        int[] starts = new int[lengths.length + 1];
        for (int b = 0; b < lengths.length; b++) {
            starts[b + 1] = starts[b] + lengths[b];
        }
        return starts;
    }

    private static double ulps(AttentionShape shape) {
        int longest = 0;
        for (int b = 0; b < shape.sequences(); b++) {
            longest = Math.max(longest, shape.keyStarts()[b + 1] - shape.keyStarts()[b]);
        }
        return 8 + Math.sqrt(longest);
    }

    private static String name(AttentionShape shape, int size, DropoutMask dropout) {
        int[] lengths = new int[shape.sequences()];
        for (int b = 0; b < lengths.length; b++) {
            lengths[b] = shape.starts()[b + 1] - shape.starts()[b];
        }
        int[] keys = new int[lengths.length];
        for (int b = 0; b < keys.length; b++) {
            keys[b] = shape.keyStarts()[b + 1] - shape.keyStarts()[b];
        }
        return " of %s%s, %d heads of %d%s%s"
                .formatted(
                        Arrays.toString(lengths),
                        Arrays.equals(keys, lengths) ? "" : " to " + Arrays.toString(keys),
                        shape.heads(),
                        size,
                        shape.causal() ? ", causal" : "",
                        dropout.isActive() ? ", dropout" : "");
    }

    private static void addStated(
            List<OperationCase> cases, AttentionShape shape, int size, DropoutMask dropout) {
        int n = shape.tokens();
        int m = shape.keyTokens();
        int c = shape.heads() * size;
        String name = name(shape, size, dropout);
        cases.add(
                OperationCase.of(
                        "attention" + name,
                        ulps(shape),
                        (backend, t) ->
                                backend.attention(t[0], t[1], t[2], shape, dropout, t[3], t[4]),
                        a -> {
                            AttentionStatement s = new AttentionStatement(shape, dropout, c);
                            a[3] = s.output(a[0], a[1], a[2]);
                            a[4] = s.logSumExp(a[0], a[1]);
                        },
                        input(n, c),
                        input(m, c).times(0.7),
                        input(m, c).times(1.3),
                        output(n, c),
                        output(n, shape.heads())));
        cases.add(
                OperationCase.of(
                        "attentionGradient" + name,
                        3 * ulps(shape),
                        (backend, t) -> gradient(backend, t, shape, dropout),
                        a -> {
                            AttentionStatement s = new AttentionStatement(shape, dropout, c);
                            for (int which = 0; which < 3; which++) {
                                Derivatives.add(
                                        x -> s.output(x[0], x[1], x[2]),
                                        a,
                                        which,
                                        a[3],
                                        a[4 + which]);
                            }
                        },
                        gradientOperands(n, m, c, 1)));
        if (!dropout.isActive()) {
            cases.add(
                    OperationCase.of(
                            "attentionProbabilities" + name,
                            ulps(shape),
                            (backend, t) -> backend.attentionProbabilities(t[0], t[1], shape, t[2]),
                            a ->
                                    a[2] =
                                            new AttentionStatement(shape, dropout, c)
                                                    .probabilities(a[0], a[1]),
                            input(n, c),
                            input(m, c).times(0.7),
                            output(shape.probabilities())));
        }
    }

    private static void addLarge(
            List<OperationCase> cases,
            AttentionShape shape,
            int size,
            double magnitude,
            DropoutMask dropout) {
        int n = shape.tokens();
        int m = shape.keyTokens();
        int c = shape.heads() * size;
        String name = name(shape, size, dropout) + (magnitude == 1 ? "" : ", times " + magnitude);
        // The error of a score is that of a large number; the exponential makes it relative to the
        // probability.
        double growth = magnitude * magnitude;
        cases.add(
                OperationCase.againstScalar(
                        "attention" + name,
                        ulps(shape) * growth,
                        (backend, t) ->
                                backend.attention(t[0], t[1], t[2], shape, dropout, t[3], t[4]),
                        input(n, c).times(magnitude),
                        input(m, c).times(-0.7 * magnitude),
                        input(m, c).plus(0.5),
                        output(n, c),
                        output(n, shape.heads())));
        cases.add(
                OperationCase.againstScalar(
                        "attentionGradient" + name,
                        3 * ulps(shape) * growth,
                        (backend, t) -> gradient(backend, t, shape, dropout),
                        gradientOperands(n, m, c, magnitude)));
        if (!dropout.isActive()) {
            cases.add(
                    OperationCase.againstScalar(
                            "attentionProbabilities" + name,
                            ulps(shape) * growth,
                            (backend, t) -> backend.attentionProbabilities(t[0], t[1], shape, t[2]),
                            input(n, c).times(magnitude),
                            input(m, c).times(-0.7 * magnitude),
                            output(shape.probabilities())));
        }
    }

    /// Scores of several thousand, where exp would overflow without its maximum.
    private static void addSharp(List<OperationCase> cases) {
        AttentionShape shape = shape(1, false, 70);
        float[] query = new float[70 * 4];
        float[] key = new float[70 * 4];
        for (int n = 0; n < 70; n++) {
            query[n * 4] = 64;
            key[n * 4] = (n * 37 % 70) * 2 - 70;
        }
        cases.add(
                OperationCase.of(
                        "attention with scores of thousands",
                        1,
                        (backend, t) ->
                                backend.attention(
                                        t[0], t[1], t[2], shape, DropoutMask.NONE, t[3], t[4]),
                        a -> {
                            AttentionStatement s =
                                    new AttentionStatement(shape, DropoutMask.NONE, 4);
                            a[3] = s.output(a[0], a[1], a[2]);
                            a[4] = s.logSumExp(a[0], a[1]);
                        },
                        input(Shape.of(70, 4), query),
                        input(Shape.of(70, 4), key),
                        input(70, 4),
                        output(70, 4),
                        output(70, 1)));
    }

    /// Query, key, value, dOutput and the three gradients.
    private static Operand[] gradientOperands(int n, int m, int c, double magnitude) {
        return new Operand[] {
            input(n, c).times(magnitude),
            input(m, c).times(-0.7 * magnitude).plus(0.1),
            input(m, c).plus(0.5),
            input(n, c).times(0.9).plus(-0.2),
            updated(n, c),
            updated(m, c),
            updated(m, c)
        };
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
