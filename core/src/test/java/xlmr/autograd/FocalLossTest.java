package xlmr.autograd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import xlmr.backend.Backend;
import xlmr.backend.CrossEntropy;
import xlmr.backend.cpu.CpuBackends;
import xlmr.tensor.Shape;
import xlmr.tensor.Tensor;

class FocalLossTest {
    private static final Backend BACKEND = CpuBackends.scalar();
    private static final int[] LABELS = {0, 2, 2};
    private static final float[] WEIGHTS = {0.5f, 1.5f, 3};
    private static final float[] LOGITS = {1, 2, -1, 0.5f, 0, 0.25f, 2, -2, 1};

    /// The formula written in torch, in double precision.
    @ParameterizedTest
    @CsvSource({
        "2, false, 0.6544504477907745",
        "2, true, 0.6216526323069118",
        "0.5, false, 1.0721532897647486",
        "0.5, true, 1.0380357301391414"
    })
    void isWhatTorchComputes(double gamma, boolean weighted, double expected) {
        Ops ops = Ops.inference(BACKEND, new Workspace(BACKEND));
        Tensor loss =
                FocalLoss.of(
                        ops,
                        ops.constant(Shape.of(3, 3), LOGITS),
                        LABELS,
                        gamma,
                        weighted ? WEIGHTS : null); // []
        assertThat((double) loss.item()).isCloseTo(expected, within(1e-6));
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 0.5, 1, 2, 5})
    void gradientsAreRight(double gamma) {
        Tensor logits = Tensor.of(Shape.of(3, 3), LOGITS.clone()); // [N, K]
        GradientCheck.of(BACKEND)
                .check(
                        List.of(),
                        List.of(logits),
                        ops -> FocalLoss.of(ops, logits, LABELS, gamma, WEIGHTS));
    }

    @Test
    void atGammaZeroItIsTheCrossEntropyAndSoIsItsGradient() {
        CrossEntropy plain = new CrossEntropy(LABELS, CrossEntropy.IGNORE, 0, WEIGHTS);
        float[] expected = lossAndGradient((ops, logits) -> ops.crossEntropy(logits, plain));
        float[] found =
                lossAndGradient((ops, logits) -> FocalLoss.of(ops, logits, LABELS, 0, WEIGHTS));
        assertThat(found).containsExactly(expected, within(1e-6f));
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 0.5, 2})
    void aRowThatIsCertainHasNoGradient(double gamma) {
        float[] certain = {200, 0, 0, 0, 0, 200, 0, 0, 200};
        Workspace workspace = new Workspace(BACKEND);
        Tape tape = new Tape(BACKEND, workspace, Gradients.none(BACKEND));
        Tensor logits = Tensor.of(Shape.of(3, 3), certain); // [N, K]
        tape.watch(logits);
        Tensor loss =
                FocalLoss.of(
                        Ops.recording(BACKEND, workspace, tape), logits, LABELS, gamma, null); // []
        assertThat(loss.item()).isZero();
        tape.backward(loss, 1);
        assertThat(gradient(tape, logits)).containsOnly(0f);
    }

    @Test
    void aLabelThatIsNoClassIsRefused() {
        Ops ops = Ops.inference(BACKEND, new Workspace(BACKEND));
        Tensor logits = ops.zeros(2, 3); // [N, K]
        assertThatIllegalArgumentException()
                .isThrownBy(() -> FocalLoss.of(ops, logits, new int[] {0, 3}, 2, null))
                .withMessage("focalLoss: label 3 of row 1 is not one of 0..2");
    }

    private interface Loss {
        Tensor of(Ops ops, Tensor logits);
    }

    private static float[] lossAndGradient(Loss function) {
        Workspace workspace = new Workspace(BACKEND);
        Tape tape = new Tape(BACKEND, workspace, Gradients.none(BACKEND));
        Tensor logits = Tensor.of(Shape.of(3, 3), LOGITS.clone()); // [N, K]
        tape.watch(logits);
        Tensor loss = function.of(Ops.recording(BACKEND, workspace, tape), logits); // []
        float value = loss.item();
        tape.backward(loss, 0.5f);
        float[] gradient = gradient(tape, logits);
        float[] all = new float[gradient.length + 1];
        System.arraycopy(gradient, 0, all, 0, gradient.length);
        all[gradient.length] = value;
        return all;
    }

    private static float[] gradient(Tape tape, Tensor tensor) {
        Tensor gradient = tape.gradient(tensor); // [as the tensor]
        return gradient == null ? new float[0] : gradient.toArray();
    }
}
