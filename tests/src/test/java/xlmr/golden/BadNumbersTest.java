package xlmr.golden;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.Test;
import xlmr.autograd.Parameter;
import xlmr.backend.Backend;
import xlmr.backend.cpu.CpuBackends;
import xlmr.data.BatchOrder;
import xlmr.data.EncodedExamples;
import xlmr.model.ModelLoader;
import xlmr.model.ProblemType;
import xlmr.model.Targets;
import xlmr.model.Task;
import xlmr.model.TaskModel;
import xlmr.model.XlmRobertaConfig;
import xlmr.train.Trainer;
import xlmr.train.TrainingException;
import xlmr.train.TrainingListener;
import xlmr.train.TrainingOptions;
import xlmr.train.Tune;

/// Where a loss or a gradient is no finite number, training stops and names the first place.
class BadNumbersTest {
    private static final Path START =
            Path.of(System.getProperty("xlmr.repository", ".."))
                    .resolve("cli/src/main/resources/xlmr/embedded/model");
    private static final String OUTPUT = "roberta.encoder.layer.1.output.";

    @Test
    void aWeightThatIsNoNumberIsNamed() {
        failure(TrainingOptions.defaults(), OUTPUT + "dense.bias", w -> filled(w, Float.NaN))
                .hasMessageContaining("at step 1 (epoch 1) " + OUTPUT + "dense.bias holds numbers")
                .hasMessageContaining("they come from the checkpoint");
    }

    @Test
    void theFirstResultThatIsNoNumberIsNamed() {
        failure(TrainingOptions.defaults(), OUTPUT + "dense.weight", w -> filled(w, 3e38f))
                .hasMessageContaining("at step 1 (epoch 1) the loss is NaN")
                .hasMessageContaining("in the result of linear with " + OUTPUT + "dense.weight");
    }

    /// The frozen encoder is looked through, too.
    @Test
    void alsoWhereItDoesNotTrain() {
        failure(
                        TrainingOptions.defaults().withTune(Tune.HEAD),
                        OUTPUT + "dense.weight",
                        w -> filled(w, 3e38f))
                .hasMessageContaining("in the result of linear with " + OUTPUT + "dense.weight");
    }

    @Test
    void labelsThatAreFarTooLargeAreNamed() {
        assertThatThrownBy(
                        () ->
                                train(
                                        TrainingOptions.defaults(),
                                        model(ProblemType.REGRESSION),
                                        new Targets.Values(values(3e30f))))
                .isInstanceOf(TrainingException.class)
                .hasMessageContaining("it is the labels");
    }

    private static AbstractThrowableAssert<?, ? extends Throwable> failure(
            TrainingOptions options, String parameter, UnaryOperator<float[]> change) {
        TaskModel model = model(ProblemType.SINGLE_LABEL_CLASSIFICATION);
        try (Backend backend = CpuBackends.scalar()) {
            for (Parameter each : model.parameters()) {
                if (each.name().equals(parameter)) {
                    backend.write(change.apply(each.value().toArray()), each.value());
                }
            }
        }
        return assertThatThrownBy(
                        () -> train(options, model, new Targets.Classes(new int[] {0, 1, 0, 1})))
                .isInstanceOf(TrainingException.class);
    }

    private static float[] filled(float[] values, float value) {
        Arrays.fill(values, value);
        return values;
    }

    private static float[][] values(float value) {
        return new float[][] {{value}, {-value}, {value}, {value}};
    }

    private static TaskModel model(ProblemType problem) {
        XlmRobertaConfig pretrained = XlmRobertaConfig.read(START.resolve("config.json"));
        XlmRobertaConfig config =
                pretrained.forClassification(
                        problem == ProblemType.REGRESSION ? List.of("y") : List.of("a", "b"),
                        problem);
        return ModelLoader.task(Task.SEQUENCE_CLASSIFICATION, START, config, ModelLoader.ALL, 0)
                .model();
    }

    private static void train(TrainingOptions options, TaskModel model, Targets targets) {
        SplittableRandom random = new SplittableRandom(5);
        List<int[]> sequences = new ArrayList<>();
        for (int b = 0; b < targets.rows(); b++) {
            sequences.add(random.ints(6, 5, 4000).toArray());
        }
        try (Backend backend = CpuBackends.scalar()) {
            new Trainer(backend, model, options, TrainingListener.SILENT)
                    .fit(
                            new EncodedExamples(sequences, targets),
                            BatchOrder.sequential(),
                            null,
                            (kept, source) -> {});
        }
    }
}
