package xlmr.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import xlmr.autograd.Ops;
import xlmr.autograd.Workspace;
import xlmr.backend.Backend;
import xlmr.backend.cpu.CpuBackends;
import xlmr.data.EncodedExamples;
import xlmr.model.LossSettings;
import xlmr.model.Targets;
import xlmr.tensor.Shape;

class LossOptionsTest {
    private static final List<String> LABELS = List.of("food", "money", "travel");

    /// torch.nn.functional.cross_entropy(logits, labels, weight, label_smoothing=0.1) in double
    /// precision.
    @Test
    void weightsAndSmoothingTogetherAreThoseOfTorch() {
        Backend backend = CpuBackends.scalar();
        Ops ops = Ops.inference(backend, new Workspace(backend));
        Targets targets = new Targets.Classes(new int[] {0, 2, 2});
        LossSettings settings =
                LossOptions.defaults()
                        .withLabelSmoothing(0.1)
                        .withClassWeights(ClassWeights.parse("food=0.5, money=1.5,travel=3"))
                        .settings(examples(targets), LABELS);
        float[] logits = {1, 2, -1, 0.5f, 0, 0.25f, 2, -2, 1};
        double loss =
                targets.loss(ops, ops.constant(Shape.of(3, 3), logits), settings).item(); // []
        assertThat(loss).isCloseTo(1.2515599406056526, within(1e-6));
    }

    @Test
    void balancedWeightsGiveEachClassTheSameSum() {
        float[] weights = ClassWeights.BALANCED.weights(LABELS, new int[] {1, 3, 8});
        assertThat(weights).containsExactly(4f, 4f / 3, 0.5f);
        assertThat(ClassWeights.BALANCED.weights(LABELS, new int[] {2, 2, 0})).endsWith(0f);
    }

    @Test
    void aWeightForAnUnknownLabelIsRefused() {
        ClassWeights weights = new ClassWeights.Given(Map.of("fodo", 2.0));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> weights.weights(LABELS, new int[3]))
                .withMessageContainingAll("fodo", "food, money, travel");
    }

    @Test
    void lossesThatKnowNoClassesAreRefused() {
        Targets numbers = new Targets.Values(new float[][] {{1}, {2}, {3}});
        LossOptions smooth = LossOptions.defaults().withLabelSmoothing(0.1);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> smooth.settings(examples(numbers), LABELS))
                .withMessageContainingAll("label smoothing", "numbers");
        assertThat(LossOptions.defaults().settings(examples(numbers), LABELS))
                .isEqualTo(LossSettings.PLAIN);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "food", "food=", "=2", "food=x", "food=-1", "food=NaN", "food=1,food=2"})
    void otherTextsAreRefused(String spec) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ClassWeights.parse(spec))
                .withMessageStartingWith("class weight");
    }

    @Test
    void aLabelMayHoldAnEqualsSign() {
        assertThat(ClassWeights.parse("a=b=2"))
                .isEqualTo(new ClassWeights.Given(Map.of("a=b", 2.0)));
    }

    @Test
    void theFocalLossTakesWeightsButNoSmoothing() {
        LossOptions focal = LossOptions.defaults().withFunction(LossFunction.parse("focal"));
        Targets targets = new Targets.Classes(new int[] {0, 2, 2});
        LossSettings settings =
                focal.withClassWeights(ClassWeights.BALANCED).settings(examples(targets), LABELS);
        assertThat(settings.gamma()).isEqualTo(2);
        assertThat(settings.classWeights()).containsExactly(1f, 0f, 0.5f);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> focal.withLabelSmoothing(0.1))
                .withMessageContainingAll("label smoothing", "focal");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "focal:", "focal:x", "focal:-1", "focal:11", "hinge"})
    void otherLossesAreRefused(String spec) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> LossFunction.parse(spec))
                .withMessageContaining("focal");
    }

    @ParameterizedTest
    @ValueSource(strings = {"natural", "sqrt", "balanced", "temperature:4.0"})
    void samplingIsReadAsItIsWritten(String spec) {
        assertThat(Sampling.parse(spec).spec()).isEqualTo(spec);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "root", "temperature:", "temperature:0.5", "temperature:x"})
    void otherSamplingIsRefused(String spec) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Sampling.parse(spec))
                .withMessageStartingWith("sampling");
    }

    @Test
    void samplingNeedsOneClassForEachText() {
        Targets numbers = new Targets.Values(new float[][] {{1}, {2}, {3}});
        Batching balanced = Batching.defaults().withSampling(Sampling.BALANCED);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> balanced.order(examples(numbers), 0))
                .withMessageContaining("one of several classes");
    }

    private static EncodedExamples examples(Targets targets) {
        return new EncodedExamples(Collections.nCopies(3, new int[] {0, 5, 2}), targets);
    }
}
