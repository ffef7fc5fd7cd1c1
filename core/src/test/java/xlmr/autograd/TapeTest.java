package xlmr.autograd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import xlmr.backend.Activation;
import xlmr.backend.Backend;
import xlmr.backend.CrossEntropy;
import xlmr.backend.SegmentReduction;
import xlmr.backend.cpu.CpuBackends;
import xlmr.tensor.Shape;
import xlmr.tensor.Tensor;

class TapeTest {
    private final Backend backend = CpuBackends.scalar();
    private final Workspace workspace = new Workspace(backend);

    private static Parameter parameter(String name, int rows, int columns, double phase) {
        float[] values = new float[rows * columns];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) Math.sin(1.3 * i + phase);
        }
        return new Parameter(name, Tensor.of(Shape.of(rows, columns), values));
    }

    /// A residual network in miniature: the input of the sum is used twice, so its gradients add
    /// up.
    private Tensor network(Ops ops, Parameter first, Parameter second) {
        Tensor input = ops.constant(Shape.of(2, 3), 0.1f, -0.4f, 0.7f, 0.2f, 0.9f, -0.3f); // [2, 3]
        Tensor hidden = ops.linear(input, first, null); // [2, 3]
        Tensor active = ops.activation(Activation.TANH, hidden); // [2, 3]
        Tensor sum = ops.add(active, hidden); // [2, 3]
        Tensor logits = ops.linear(ops.multiply(sum, active), second, null); // [2, 4]
        return ops.crossEntropy(logits, CrossEntropy.of(1, 3)); // []
    }

    @Test
    void gradientsAreThoseOfFiniteDifferences() {
        Parameter first = parameter("first", 3, 3, 0);
        Parameter second = parameter("second", 4, 3, 2);
        Gradients gradients = new Gradients(backend, List.of(first, second), List.of());
        Tape tape = new Tape(backend, workspace, gradients);
        tape.backward(network(Ops.recording(backend, workspace, tape), first, second), 1);
        for (Parameter parameter : List.of(first, second)) {
            Tensor gradient = Objects.requireNonNull(gradients.dense(parameter));
            float[] analytic = gradient.toArray();
            for (int i = 0; i < analytic.length; i++) {
                double up = lossWith(parameter, i, 1e-2f, first, second);
                double down = lossWith(parameter, i, -1e-2f, first, second);
                assertThat((double) analytic[i])
                        .as("%s[%d]", parameter.name(), i)
                        .isCloseTo((up - down) / 2e-2, within(2e-4));
            }
        }
    }

    private double lossWith(
            Parameter changed, int index, float by, Parameter first, Parameter second) {
        float[] values = changed.value().toArray();
        values[index] += by;
        Parameter moved = new Parameter("moved", Tensor.of(changed.shape(), values));
        Ops ops = Ops.inference(backend, new Workspace(backend));
        return network(ops, changed == first ? moved : first, changed == second ? moved : second)
                .item();
    }

    @ParameterizedTest
    @EnumSource(SegmentReduction.class)
    void theGradientOfASegmentReachesItsRows(SegmentReduction reduction) {
        Tape tape = new Tape(backend, workspace, Gradients.none(backend));
        Ops ops = Ops.recording(backend, workspace, tape);
        Tensor rows = ops.constant(Shape.of(3, 2), 1, 8, 4, 5, 6, 7); // [3, 2]
        tape.watch(rows);
        Tensor pooled = ops.reduceSegments(reduction, rows, new int[] {0, 2, 3}); // [2, 2]
        tape.seed(pooled, ops.constant(Shape.of(2, 2), 10, 20, 30, 40));
        tape.backward();
        float[] gradient = Objects.requireNonNull(tape.gradient(rows)).toArray();
        switch (reduction) {
            case MEAN -> {
                assertThat(pooled.toArray()).containsExactly(2.5f, 6.5f, 6, 7);
                assertThat(gradient).containsExactly(5, 10, 5, 10, 30, 40);
            }
            case MAX -> {
                assertThat(pooled.toArray()).containsExactly(4, 8, 6, 7);
                assertThat(gradient).containsExactly(0, 20, 10, 0, 30, 40);
            }
        }
    }

    @Test
    void nothingIsComputedForWhatIsFrozen() {
        Parameter first = parameter("first", 3, 3, 0);
        Parameter second = parameter("second", 4, 3, 2);
        Gradients gradients = new Gradients(backend, List.of(second), List.of());
        Tape tape = new Tape(backend, workspace, gradients);
        Ops ops = Ops.recording(backend, workspace, tape);
        Tensor frozen = ops.linear(ops.constant(Shape.of(1, 3), 1, 2, 3), first, null); // [1, 3]
        assertThat(tape.tracks(frozen)).isFalse();
        Tensor trained = ops.linear(frozen, second, null); // [1, 4]
        assertThat(tape.tracks(trained)).isTrue();
        assertThat(gradients.dense(first)).isNull();
    }

    @Test
    void aLossThatDependsOnNothingTrainableIsRefused() {
        Tape tape = new Tape(backend, workspace, Gradients.none(backend));
        Ops ops = Ops.recording(backend, workspace, tape);
        Tensor loss = network(ops, parameter("a", 3, 3, 0), parameter("b", 4, 3, 0)); // []
        assertThatThrownBy(() -> tape.backward(loss, 1))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("no trainable parameter");
    }

    @Test
    void shapesAreCheckedAtTheDoor() {
        Ops ops = Ops.inference(backend, workspace);
        Tensor input = ops.constant(Shape.of(1, 3), 1, 2, 3); // [1, 3]
        assertThatThrownBy(() -> ops.linear(input, parameter("w", 4, 2, 0), null))
                .hasMessage("linear: expected weight of shape [4, 3], found [4, 2]");
        assertThatThrownBy(() -> ops.reduceSegments(SegmentReduction.MEAN, input, new int[] {0, 2}))
                .hasMessage(
                        "reduceSegments: expected ascending starts from 0 to 1, the rows of [1,"
                                + " 3]");
        assertThatThrownBy(() -> ops.crossEntropy(input, CrossEntropy.of(3)))
                .hasMessage("crossEntropy: label 3 of row 0 is not one of 0..2");
        EmbeddingRows tooFar = new EmbeddingRows(parameter("table", 4, 2, 0), new int[] {4}, -1);
        assertThatThrownBy(() -> ops.embeddingSum(List.of(tooFar)))
                .hasMessage("embeddingSum: token 0 asks for row 4, table has rows 0..3");
    }

    @Test
    void paddingRowsAreReadButGetNoGradient() {
        Parameter table = parameter("table", 4, 2, 0);
        for (boolean byRow : new boolean[] {false, true}) {
            Gradients gradients =
                    byRow
                            ? new Gradients(backend, List.of(), List.of(table))
                            : new Gradients(backend, List.of(table), List.of());
            Tape tape = new Tape(backend, workspace, gradients);
            Ops ops = Ops.recording(backend, workspace, tape);
            EmbeddingRows rows = new EmbeddingRows(table, new int[] {1, 3, 3}, 1);
            Tensor output = ops.embeddingSum(List.of(rows)); // [3, 2]
            assertThat(output.toArray()[0]).isEqualTo(table.value().toArray()[2]);
            tape.seed(output, ops.constant(Shape.of(3, 2), 9, 9, 1, 2, 10, 20));
            tape.backward();
            RowGradient touched = gradients.byRow(table);
            Tensor dense = gradients.dense(table);
            if (touched != null) {
                assertThat(touched.count()).isEqualTo(1);
                assertThat(touched.touched(0)).isEqualTo(3);
                assertThat(touched.values().toArray()).containsExactly(11, 22);
            } else {
                assertThat(Objects.requireNonNull(dense).toArray())
                        .containsExactly(0, 0, 0, 0, 0, 0, 11, 22);
            }
        }
    }

    @Test
    void dropoutIsTheSameInBothDirectionsAndOffOutsideTraining() {
        Parameter weight = parameter("w", 50, 50, 0);
        Gradients gradients = new Gradients(backend, List.of(weight), List.of());
        Tape tape = new Tape(backend, workspace, gradients);
        Ops ops = Ops.training(backend, workspace, tape, 1, 0);
        float[] ones = new float[50 * 50];
        Arrays.fill(ones, 1);
        Tensor hidden = ops.linear(ops.constant(Shape.of(50, 50), ones), weight, null); // [50, 50]
        Tensor dropped = ops.dropout(hidden, 0.5f); // [50, 50]
        float[] before = hidden.toArray();
        float[] after = dropped.toArray();
        int kept = 0;
        for (int i = 0; i < after.length; i++) {
            assertThat(after[i]).isIn(0f, 2 * before[i]);
            kept += after[i] != 0 ? 1 : 0;
        }
        assertThat(kept).isBetween(1100, 1400);
        assertThat(Ops.inference(backend, workspace).dropout(dropped, 0.5f)).isSameAs(dropped);
        Tensor seed = ops.constant(dropped.shape(), ones); // [50, 50]
        tape.watch(hidden);
        tape.seed(dropped, seed);
        tape.backward();
        Tensor dWeight = Objects.requireNonNull(gradients.dense(weight));
        double sum = 0;
        for (float value : dWeight.toArray()) {
            sum += value;
        }
        assertThat(sum)
                .as("2 for each kept element, times 50 inputs of 1")
                .isEqualTo(2.0 * 50 * kept);
    }
}
