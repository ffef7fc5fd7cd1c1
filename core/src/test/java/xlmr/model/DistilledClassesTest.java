package xlmr.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import xlmr.autograd.GradientCheck;
import xlmr.autograd.Gradients;
import xlmr.autograd.Ops;
import xlmr.autograd.Tape;
import xlmr.autograd.Workspace;
import xlmr.backend.Backend;
import xlmr.backend.CrossEntropy;
import xlmr.backend.cpu.CpuBackends;
import xlmr.tensor.Shape;
import xlmr.tensor.Tensor;

/// Against torch.nn.functional.kl_div(log_softmax(s / T), log_softmax(t / T), log_target=True,
/// reduction="batchmean") T² and cross_entropy, in double precision.
class DistilledClassesTest {
    private static final Backend BACKEND = CpuBackends.scalar();
    private static final float[] STUDENT = {1, 2, -1, 0.5f, 0, 0.25f, 2, -2, 1};
    private static final float[][] TEACHER = {{3, 0.5f, -2}, {0, 1, 1.5f}, {-1, -2, 4}};
    private static final int[] LABELS = {0, 2, 2};

    @ParameterizedTest
    @CsvSource({
        "2, 1, 1.396120542129301",
        "4, 1, 1.6573226755391433",
        "2, 0.7, 1.3567756737346441",
    })
    void isWhatTorchComputes(double temperature, double weight, double expected) {
        Targets targets = new Targets.Distilled(LABELS, TEACHER, temperature, weight);
        assertThat((double) loss(targets)).isCloseTo(expected, within(1e-6));
    }

    @Test
    void aRowWithoutALabelLearnsFromTheTeacherAlone() {
        int[] some = {0, CrossEntropy.IGNORE, 2};
        Targets targets = new Targets.Distilled(some, TEACHER, 2, 0.7);
        assertThat((double) loss(targets)).isCloseTo(1.3786206081958592, within(1e-6));
        int[] none = {CrossEntropy.IGNORE, CrossEntropy.IGNORE, CrossEntropy.IGNORE};
        assertThat((double) loss(new Targets.Distilled(none, TEACHER, 2, 0.7)))
                .isCloseTo(0.7 * 1.396120542129301, within(1e-6));
    }

    @Test
    void theGradientIsThatOfTorch() {
        double[] expected = {
            -0.26033443272910345, 0.22790139676901602, 0.03243303596008743,
            0.11935442655227432, 0.0005473231506903029, -0.11990174970296466,
            0.3062085071613054, 0.017052201495084882, -0.3232607086563902
        };
        Workspace workspace = new Workspace(BACKEND);
        Tape tape = new Tape(BACKEND, workspace, Gradients.none(BACKEND));
        Tensor logits = Tensor.of(Shape.of(3, 3), STUDENT.clone()); // [B, K]
        tape.watch(logits);
        Targets targets = new Targets.Distilled(LABELS, TEACHER, 2, 0.7);
        tape.backward(targets.loss(Ops.recording(BACKEND, workspace, tape), logits), 1);
        Tensor gradient = Objects.requireNonNull(tape.gradient(logits)); // [B, K]
        for (int i = 0; i < expected.length; i++) {
            assertThat((double) gradient.toArray()[i]).isCloseTo(expected[i], within(1e-6));
        }
    }

    @Test
    void theGradientIsThatOfTheLoss() {
        Tensor logits = Tensor.of(Shape.of(3, 3), STUDENT.clone()); // [B, K]
        int[] some = {0, CrossEntropy.IGNORE, 2};
        LossSettings focal = new LossSettings(0, new float[] {1, 2, 0.5f}, 2);
        GradientCheck.of(BACKEND)
                .check(
                        List.of(),
                        List.of(logits),
                        ops ->
                                new Targets.Distilled(some, TEACHER, 3, 0.4)
                                        .loss(ops, logits, focal));
    }

    @Test
    void aStudentThatSaysWhatTheTeacherSaysHasNothingToLearn() {
        float[] same = {3, 0.5f, -2, 0, 1, 1.5f, -1, -2, 4};
        Ops ops = Ops.inference(BACKEND, new Workspace(BACKEND));
        Tensor loss =
                new Targets.Distilled(LABELS, TEACHER, 2, 1)
                        .loss(ops, ops.constant(Shape.of(3, 3), same)); // []
        assertThat((double) loss.item()).isCloseTo(0, within(1e-6));
    }

    private static float loss(Targets targets) {
        Ops ops = Ops.inference(BACKEND, new Workspace(BACKEND));
        return targets.loss(ops, ops.constant(Shape.of(3, 3), STUDENT)).item();
    }
}
