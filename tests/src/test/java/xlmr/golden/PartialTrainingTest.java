package xlmr.golden;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import xlmr.autograd.Parameter;
import xlmr.backend.Backend;
import xlmr.backend.cpu.CpuBackends;
import xlmr.data.BatchOrder;
import xlmr.data.EncodedExamples;
import xlmr.model.ModelLoader;
import xlmr.model.Targets;
import xlmr.model.TaskModel;
import xlmr.model.XlmRobertaConfig;
import xlmr.train.EpochResult;
import xlmr.train.Trainer;
import xlmr.train.TrainingListener;
import xlmr.train.TrainingOptions;
import xlmr.train.Tune;

/// Where only a part trains, this part changes and the rest keeps its bits, and nothing is computed
/// below the lowest layer that trains.
class PartialTrainingTest {
    private static final Path START =
            Path.of(System.getProperty("xlmr.repository", ".."))
                    .resolve("cli/src/main/resources/xlmr/embedded/model");

    static Stream<Arguments> choices() {
        return Stream.of("top:2", "layers:0-1", "bias", "head")
                .flatMap(
                        spec ->
                                Fixtures.backends().stream()
                                        .map(backend -> Arguments.of(spec, backend)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("choices")
    void onlyWhatTrainsChanges(String spec, Backend backend) {
        Tune tune = Tune.parse(spec);
        TaskModel model = model(tune);
        Map<String, float[]> before = new HashMap<>();
        model.parameters().forEach(p -> before.put(p.name(), p.value().toArray()));
        train(backend, model, tune, 1);
        Predicate<String> trainable = tune.trainable(model.config());
        for (Parameter parameter : model.parameters()) {
            boolean same = Arrays.equals(before.get(parameter.name()), parameter.value().toArray());
            assertThat(same)
                    .as("%s is as it was, with --tune %s", parameter.name(), spec)
                    .isEqualTo(!trainable.test(parameter.name()));
        }
    }

    /// Whatever it trains, the first pass sees the same weights and the same dropout.
    @Test
    void theFirstLossDoesNotDependOnWhatTrains() {
        Backend backend = CpuBackends.scalar();
        List<Double> full = losses(backend, Tune.FULL);
        assertThat(losses(backend, new Tune.Top(1)).getFirst()).isEqualTo(full.getFirst());
        assertThat(losses(backend, Tune.BIASES).getFirst()).isEqualTo(full.getFirst());
    }

    @Test
    void theFewerLayersTrainTheFasterItIs() {
        Assumptions.assumeTrue(
                CpuBackends.vectorObstacle().isEmpty(), "no Vector API on this machine");
        try (Backend backend = CpuBackends.vector(1)) {
            double full = fastest(backend, Tune.FULL);
            double one = fastest(backend, new Tune.Top(1));
            assertThat(one).as("seconds with top:1, against %f", full).isLessThan(0.85 * full);
        }
    }

    private static double fastest(Backend backend, Tune tune) {
        return train(backend, model(tune), tune, 12).stream()
                .mapToDouble(EpochResult::seconds)
                .min()
                .orElseThrow();
    }

    private static List<Double> losses(Backend backend, Tune tune) {
        List<Double> losses = new ArrayList<>();
        new Trainer(
                        backend,
                        model(tune),
                        options(tune, 1),
                        new TrainingListener() {
                            @Override
                            public void microBatchDone(double loss) {
                                losses.add(loss);
                            }
                        })
                .fit(examples(), BatchOrder.sequential(), null, (kept, source) -> {});
        return losses;
    }

    private static List<EpochResult> train(
            Backend backend, TaskModel model, Tune tune, int epochs) {
        return new Trainer(backend, model, options(tune, epochs), TrainingListener.SILENT)
                .fit(examples(), BatchOrder.sequential(), null, (kept, source) -> {});
    }

    private static TrainingOptions options(Tune tune, int epochs) {
        return TrainingOptions.defaults()
                .withTune(tune)
                .withEpochs(epochs)
                .withBatchSize(4)
                .withLearningRate(1e-3)
                .withClipNorm(0);
    }

    private static TaskModel model(Tune tune) {
        XlmRobertaConfig config = XlmRobertaConfig.read(START.resolve("config.json"));
        return ModelLoader.sequenceClassifier(START, config, tune.trainable(config), 0).model();
    }

    private static EncodedExamples examples() {
        SplittableRandom random = new SplittableRandom(5);
        List<int[]> sequences = new ArrayList<>();
        int[] labels = new int[8];
        for (int b = 0; b < labels.length; b++) {
            sequences.add(random.ints(60, 5, 4000).toArray());
            labels[b] = b % 2;
        }
        return new EncodedExamples(sequences, new Targets.Classes(labels));
    }
}
