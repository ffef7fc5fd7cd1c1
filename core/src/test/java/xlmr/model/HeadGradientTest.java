package xlmr.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import xlmr.autograd.GradientCheck;
import xlmr.autograd.Layout;
import xlmr.autograd.Ops;
import xlmr.autograd.Parameter;
import xlmr.autograd.Workspace;
import xlmr.backend.Backend;
import xlmr.backend.cpu.CpuBackends;
import xlmr.tensor.Shape;
import xlmr.tensor.Tensor;
import xlmr.tensor.TokenBatch;

/// Every head that is built in, for texts of unequal length.
class HeadGradientTest {
    private static final int HIDDEN = 6;
    private static final int LABELS = 3;
    private static final TokenBatch TOKENS =
            TokenBatch.of(
                    List.of(new int[] {0, 5, 2}, new int[] {0}, new int[] {0, 7, 8, 9, 2}), 1);

    @ParameterizedTest
    @ValueSource(
            strings = {
                "linear",
                "mlp:5,4:tanh",
                "lstm:4",
                "bilstm:3x2",
                "lstm:4:mean",
                "gru:4",
                "bigru:3:max",
                "cnn:4x3",
                "cnn:2x2,3x5",
                "attention",
                "mean",
                "max",
                "mix:linear",
                "mix:bilstm:3"
            })
    void gradientsAreRight(String spec) {
        check(spec, Task.SEQUENCE_CLASSIFICATION, 3);
    }

    @ParameterizedTest
    @ValueSource(strings = {"linear", "mlp:5", "bilstm:3", "gru:4", "cnn:4x3", "mix:lstm:3"})
    void gradientsAreRightWhereEveryTokenHasALabel(String spec) {
        check(spec, Task.TOKEN_CLASSIFICATION, TOKENS.tokens());
    }

    private static void check(String spec, Task task, int rows) {
        Head head = head(spec, task);
        boolean mixed = spec.startsWith("mix");
        Tensor first = random(HIDDEN);
        Tensor last = random(HIDDEN);
        try (Backend backend = CpuBackends.scalar()) {
            GradientCheck.of(backend)
                    .check(
                            head.parameters(),
                            mixed ? List.of(first, last) : List.of(last),
                            ops -> {
                                Tensor selected =
                                        mixed
                                                ? head.select(ops, List.of(first, last), TOKENS)
                                                : head.select(ops, last, TOKENS); // [R, D]
                                assertThat(selected.size(1))
                                        .isEqualTo(head.selectedColumns(HIDDEN));
                                Tensor logits =
                                        head.logits(
                                                ops, selected, head.rowStarts(TOKENS)); // [R', K]
                                assertThat(logits.shape()).isEqualTo(Shape.of(rows, LABELS));
                                return logits;
                            });
        }
        int[] results = head.resultStarts(head.rowStarts(TOKENS));
        assertThat(results[3]).isEqualTo(rows);
    }

    @ParameterizedTest
    @ValueSource(strings = {"bilstm:4", "bigru:4x2", "cnn:4x3", "attention", "mean", "max"})
    void aTextGetsTheSameLogitsAloneAndInABatch(String spec) {
        Head head = head(spec, Task.SEQUENCE_CLASSIFICATION);
        Tensor hidden = random(HIDDEN);
        try (Backend backend = CpuBackends.scalar()) {
            Ops ops = Ops.inference(backend, new Workspace(backend));
            float[] together = head.logits(ops, hidden, TOKENS.starts()).toArray();
            for (int b = 0; b < 3; b++) {
                int from = TOKENS.starts()[b];
                int[] rows = new int[TOKENS.length(b)];
                for (int i = 0; i < rows.length; i++) {
                    rows[i] = from + i;
                }
                Tensor alone = ops.selectRows(hidden, rows); // [T, C]
                float[] logits = head.logits(ops, alone).toArray();
                for (int k = 0; k < LABELS; k++) {
                    assertThat(logits[k]).isEqualTo(together[b * LABELS + k]);
                }
            }
        }
    }

    @Test
    void theCheckFindsAWrongGradient() {
        Parameter weight = new Parameter("weight", random(4));
        try (Backend backend = CpuBackends.scalar()) {
            List<String> differences =
                    GradientCheck.of(backend)
                            .differences(
                                    List.of(weight),
                                    List.of(),
                                    ops -> {
                                        Tensor input = ops.constant(Shape.of(1, 4), 1, 2, 3, 4);
                                        Tensor output = ops.linear(input, weight, null); // [1, N]
                                        // Twice the value, but unseen by the tape.
                                        ops.backend().scale(output, 2);
                                        return Layout.scale(ops, output, 1);
                                    });
            assertThat(differences).isNotEmpty();
            assertThat(differences.getFirst())
                    .contains("weight[", "the gradient is", "the difference quotient");
        }
    }

    private static Head head(String spec, Task task) {
        return Heads.of(
                HeadSpec.parse(spec),
                new HeadContext(task, HIDDEN, LABELS, 0.1f),
                1,
                HeadWeights.drawn(1, 0.5));
    }

    private static Tensor random(int columns) {
        Random random = new Random(columns);
        float[] values = new float[TOKENS.tokens() * columns];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return Tensor.of(Shape.of(TOKENS.tokens(), columns), values); // [N, columns]
    }
}
