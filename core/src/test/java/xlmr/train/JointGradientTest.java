package xlmr.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import xlmr.autograd.Gradients;
import xlmr.autograd.Parameter;
import xlmr.autograd.RowGradient;
import xlmr.backend.Backend;
import xlmr.backend.Backends;
import xlmr.data.BatchOrder;
import xlmr.data.EncodedExamples;
import xlmr.model.ModelLoader;
import xlmr.model.ProblemType;
import xlmr.model.Targets;
import xlmr.model.Task;
import xlmr.model.TaskModel;
import xlmr.model.XlmRobertaConfig;
import xlmr.model.XlmRobertaModel;
import xlmr.optim.AdamWSettings;

/// What several heads that train together do to the weights they share, and to each other's.
class JointGradientTest {
    private static final Path START =
            Path.of(System.getProperty("xlmr.repository", ".."))
                    .resolve("cli/src/main/resources/xlmr/embedded/model");
    private static final int[] FIRST = {0, 1};
    private static final int[] SECOND = {3, 4};

    private final Backend backend = Backends.create(1).backend();
    private final TrainingOptions options = TrainingOptions.defaults();
    private XlmRobertaModel encoder;
    private Lesson classes;
    private Lesson numbers;

    @BeforeEach
    void load() {
        encoder = ModelLoader.sharedEncoder(START, ModelLoader.ALL).model();
        List<int[]> texts =
                List.of(new int[] {0, 11, 12, 2}, new int[] {0, 13, 2}, new int[] {0, 11, 2});
        classes =
                lesson(
                        "classes",
                        ProblemType.SINGLE_LABEL_CLASSIFICATION,
                        List.of("a", "b", "c"),
                        new EncodedExamples(texts, new Targets.Classes(new int[] {0, 2, 1})),
                        0.5);
        numbers =
                lesson(
                        "numbers",
                        ProblemType.REGRESSION,
                        List.of("LABEL_0"),
                        new EncodedExamples(
                                List.of(new int[] {0, 14, 11, 2}, new int[] {0, 15, 2}),
                                new Targets.Values(new float[][] {{1}, {-2}})),
                        2);
    }

    @AfterEach
    void close() {
        backend.close();
    }

    private Lesson lesson(
            String name,
            ProblemType problem,
            List<String> labels,
            EncodedExamples examples,
            double weight) {
        XlmRobertaConfig config = encoder.config().forClassification(labels, problem);
        TaskModel model =
                ModelLoader.newHead(encoder, Task.SEQUENCE_CLASSIFICATION, config, START, 3)
                        .model();
        return new Lesson(name, model, examples, BatchOrder.sequential(), weight);
    }

    private TrainingPass pass(Lesson... lessons) {
        return new TrainingPass(
                backend,
                new Lessons(List.of(lessons), Mixing.PROPORTIONAL, options),
                options,
                AdamWSettings.withWeightDecay(0.1),
                TrainingListener.SILENT,
                RankLink.alone());
    }

    private static HeadInputs.Source inputs(Lesson lesson) {
        return (ops, rows, tokens) -> lesson.model().features(ops, tokens); // [R, C]
    }

    @Test
    void theGradientsAreTheWeightedSumOfTheHeadsOwn() {
        TrainingPass together = pass(classes, numbers);
        together.addGradients(inputs(classes), classes, FIRST, 0, 0.5f);
        together.addGradients(inputs(numbers), numbers, SECOND, 1, 0.5f);

        Lesson plainClasses = weighted(classes, 1);
        TrainingPass first = pass(plainClasses);
        first.addGradients(inputs(classes), plainClasses, FIRST, 0, 1);
        Lesson plainNumbers = weighted(numbers, 1);
        TrainingPass second = pass(plainNumbers);
        // The number of the micro-batch decides the dropout.
        second.addGradients(inputs(numbers), plainNumbers, new int[] {0, 1}, 1, 1);

        for (Parameter parameter : encoder.parameters()) {
            float[] found = gradient(together.gradients(), parameter);
            float[] one = gradient(first.gradients(), parameter);
            float[] other = gradient(second.gradients(), parameter);
            float[] expected = new float[found.length];
            for (int i = 0; i < found.length; i++) {
                expected[i] = 0.5f * (0.5f * one[i] + 2 * other[i]);
            }
            assertClose(parameter.name(), found, expected);
        }
        assertScaled(classes, together, first, 0.25f);
        assertScaled(numbers, together, second, 1f);
    }

    /// Of a head nothing but its own examples has a say.
    private static void assertScaled(
            Lesson lesson, TrainingPass together, TrainingPass alone, float factor) {
        for (Parameter parameter : lesson.model().head().parameters()) {
            float[] expected = gradient(alone.gradients(), parameter);
            for (int i = 0; i < expected.length; i++) {
                expected[i] *= factor;
            }
            assertThat(expected).as(parameter.name()).isNotEqualTo(new float[expected.length]);
            assertClose(parameter.name(), gradient(together.gradients(), parameter), expected);
        }
    }

    /// Sums of float32 in another order: a few units in the last place of the largest.
    private static void assertClose(String name, float[] found, float[] expected) {
        float largest = 0;
        for (float value : expected) {
            largest = Math.max(largest, Math.abs(value));
        }
        for (int i = 0; i < found.length; i++) {
            assertThat(Math.abs(found[i] - expected[i]))
                    .as("%s, element %d", name, i)
                    .isLessThanOrEqualTo(4e-6f * largest);
        }
    }

    private static Lesson weighted(Lesson lesson, double weight) {
        return new Lesson(lesson.name(), lesson.model(), lesson.training(), lesson.order(), weight);
    }

    private static float[] gradient(Gradients gradients, Parameter parameter) {
        RowGradient rows = gradients.byRow(parameter);
        if (rows == null) {
            return Objects.requireNonNull(gradients.dense(parameter)).toArray();
        }
        int columns = parameter.shape().size(1);
        float[] all = new float[parameter.shape().elements()];
        float[] values = rows.values().toArray(); // [R, C]
        for (int r = 0; r < rows.count(); r++) {
            System.arraycopy(values, r * columns, all, rows.touched(r) * columns, columns);
        }
        return all;
    }

    /// Neither decay nor momentum moves it, as in PyTorch, where it has no gradient.
    @Test
    void aHeadThatHasNoPartInAnUpdateStaysAsItIs() {
        TrainingPass pass = pass(classes, numbers);
        TrainingState state = new TrainingState();
        pass.run(JointGradientTest::inputs, List.of(SECOND), 0, 1e-2, state);
        List<float[]> before = values(numbers);
        List<float[]> classesBefore = values(classes);
        pass.run(JointGradientTest::inputs, List.of(FIRST), 1, 1e-2, state);
        assertThat(values(numbers)).usingElementComparator(Arrays::compare).isEqualTo(before);
        assertThat(values(classes))
                .usingElementComparator(Arrays::compare)
                .doesNotContainAnyElementsOf(classesBefore);
    }

    private static List<float[]> values(Lesson lesson) {
        List<float[]> values = new ArrayList<>();
        lesson.model().head().parameters().forEach(p -> values.add(p.value().toArray()));
        return values;
    }
}
