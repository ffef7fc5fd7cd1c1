package xlmr.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import xlmr.autograd.Parameter;
import xlmr.backend.Backend;
import xlmr.backend.Backends;
import xlmr.backend.HostAllReduce;
import xlmr.backend.Ranks;
import xlmr.data.BatchOrder;
import xlmr.data.EncodedExamples;
import xlmr.model.ModelLoader;
import xlmr.model.ProblemType;
import xlmr.model.Targets;
import xlmr.model.Task;
import xlmr.model.TaskModel;
import xlmr.model.XlmRobertaModel;
import xlmr.optim.AdamWSettings;

/// Several heads on one encoder, trained by several ranks, are those that one rank trains.
class JointRanksTest {
    private static final Path START =
            Path.of(System.getProperty("xlmr.repository", ".."))
                    .resolve("cli/src/main/resources/xlmr/embedded/model");

    private static final TrainingOptions OPTIONS =
            TrainingOptions.defaults().withEpochs(2).withBatchSize(4).withLearningRate(0.3);

    @Test
    void twoRanksTrainTheHeadsThatOneTrains() {
        List<Double> oneNorms = new ArrayList<>();
        List<Double> twoNorms = new ArrayList<>();
        Map<String, float[]> one = trained(1, oneNorms);
        Map<String, float[]> two = trained(2, twoNorms);
        assertThat(twoNorms).hasSameSizeAs(oneNorms).hasSize(8);
        for (int i = 0; i < oneNorms.size(); i++) {
            double expected = oneNorms.get(i);
            assertThat(twoNorms.get(i)).isCloseTo(expected, within(2e-5 * (1 + expected)));
        }
        one.forEach(
                (name, values) -> {
                    float[] found = Objects.requireNonNull(two.get(name));
                    float farthest = 0;
                    for (int i = 0; i < values.length; i++) {
                        farthest = Math.max(farthest, Math.abs(found[i] - values[i]));
                    }
                    assertThat(farthest).as(name).isLessThan(2e-5f);
                });
    }

    private static Map<String, float[]> trained(int count, List<Double> norms) {
        TrainingListener listener =
                new TrainingListener() {
                    @Override
                    public void stepDone(Step step) {
                        norms.add(step.gradientNorm());
                    }
                };
        List<TaskModel> models = models();
        Map<String, float[]> weights = new LinkedHashMap<>();
        try (Backend backend = Backends.create(1).backend();
                Backend other = Backends.create(1).backend();
                Ranks ranks =
                        new Ranks(
                                List.of("cpu:0", "cpu:1"),
                                List.of(other),
                                new HostAllReduce(2, Duration.ofMinutes(1)))) {
            AdamWSettings proportional = new AdamWSettings(0.9, 0.999, 1, 0.01, name -> 1);
            Trainer trainer =
                    new Trainer(backend, models.getFirst(), OPTIONS, proportional, listener);
            if (count == 2) {
                trainer.withRanks(ranks, JointRanksTest::models);
            }
            trainer.fit(
                    new Lessons(
                            List.of(
                                    lesson("classes", models.getFirst(), classes()),
                                    lesson("numbers", models.getLast(), numbers())),
                            Mixing.PROPORTIONAL,
                            OPTIONS),
                    source -> {
                        for (TaskModel model : models) {
                            for (Parameter parameter : model.parameters()) {
                                float[] values = new float[parameter.shape().elements()];
                                source.read(parameter, 0, parameter.shape().size(0), values);
                                weights.put(models.indexOf(model) + parameter.name(), values);
                            }
                        }
                    });
        }
        return weights;
    }

    private static List<TaskModel> models() {
        XlmRobertaModel encoder = ModelLoader.sharedEncoder(START, ModelLoader.ALL).model();
        return List.of(
                head(encoder, List.of("a", "b"), ProblemType.SINGLE_LABEL_CLASSIFICATION),
                head(encoder, List.of("y"), ProblemType.REGRESSION));
    }

    private static TaskModel head(
            XlmRobertaModel encoder, List<String> labels, ProblemType problem) {
        return ModelLoader.newHead(
                        encoder,
                        Task.SEQUENCE_CLASSIFICATION,
                        encoder.config().forClassification(labels, problem),
                        START,
                        3)
                .model();
    }

    private static Lesson lesson(String name, TaskModel model, Targets targets) {
        SplittableRandom random = new SplittableRandom(5);
        List<int[]> texts = new ArrayList<>();
        for (int b = 0; b < 8; b++) {
            texts.add(random.ints(3 + 5 * b % 7, 5, 60).toArray());
        }
        return new Lesson(
                name,
                model,
                new EncodedExamples(texts, targets),
                BatchOrder.sequential(),
                name.equals("classes") ? 1 : 0.5);
    }

    private static Targets classes() {
        return new Targets.Classes(new int[] {0, 1, 1, 0, 1, 0, 0, 1});
    }

    private static Targets numbers() {
        float[][] values = new float[8][1];
        for (int b = 0; b < values.length; b++) {
            values[b][0] = 0.2f * b - 0.5f;
        }
        return new Targets.Values(values);
    }
}
