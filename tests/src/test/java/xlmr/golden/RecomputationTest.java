package xlmr.golden;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import xlmr.autograd.KeptActivations;
import xlmr.autograd.Parameter;
import xlmr.backend.Backend;
import xlmr.backend.cpu.CpuBackends;
import xlmr.data.BatchOrder;
import xlmr.data.EncodedExamples;
import xlmr.model.HeadSpec;
import xlmr.model.LoraModel;
import xlmr.model.LoraSettings;
import xlmr.model.ModelLoader;
import xlmr.model.ProblemType;
import xlmr.model.Targets;
import xlmr.model.Task;
import xlmr.model.TaskModel;
import xlmr.model.XlmRobertaConfig;
import xlmr.train.Trainer;
import xlmr.train.TrainingListener;
import xlmr.train.TrainingOptions;
import xlmr.train.Tune;

/// Encoder layers that are computed again in the backward pass give the same bits, dropout
/// included.
class RecomputationTest {
    private static final Path START =
            Path.of(System.getProperty("xlmr.repository", ".."))
                    .resolve("cli/src/main/resources/xlmr/embedded/model");

    private static final LoraSettings ADAPTER = LoraSettings.parse("r=4,targets=query+value");

    @ParameterizedTest(name = "{0} with {1}")
    @CsvSource({
        "full, roberta",
        "lora, roberta",
        "top:2, mean",
        "bias, mix:roberta",
        "gradual, bilstm:4"
    })
    void gradientsHaveTheSameBits(String tune, String head) {
        Map<String, float[]> kept = trained(tune(tune), head, KeptActivations.FLOAT32);
        Map<String, float[]> again = trained(tune(tune), head, KeptActivations.RECOMPUTED);
        kept.forEach((name, values) -> assertThat(again.get(name)).as(name).isEqualTo(values));
    }

    private static Tune tune(String spec) {
        return spec.equals("lora") ? new Tune.Lora(ADAPTER) : Tune.parse(spec);
    }

    private static Map<String, float[]> trained(Tune tune, String head, KeptActivations kept) {
        XlmRobertaConfig config =
                XlmRobertaConfig.read(START.resolve("config.json"))
                        .forClassification(
                                List.of("a", "b"), ProblemType.SINGLE_LABEL_CLASSIFICATION)
                        .withHead(HeadSpec.parse(head));
        TaskModel loaded =
                ModelLoader.task(
                                Task.SEQUENCE_CLASSIFICATION,
                                START,
                                config,
                                tune.trainable(config),
                                0)
                        .model();
        TaskModel model = tune instanceof Tune.Lora ? LoraModel.attach(loaded, ADAPTER, 1) : loaded;
        SplittableRandom random = new SplittableRandom(5);
        List<int[]> sequences = new ArrayList<>();
        for (int b = 0; b < 4; b++) {
            sequences.add(random.ints(5 + b, 5, 4000).toArray());
        }
        TrainingOptions options =
                TrainingOptions.defaults()
                        .withTune(tune)
                        .withEpochs(3)
                        .withBatchSize(2)
                        .withLearningRate(1e-3)
                        .withKept(kept);
        try (Backend backend = CpuBackends.scalar()) {
            new Trainer(backend, model, options, TrainingListener.SILENT)
                    .fit(
                            new EncodedExamples(
                                    sequences, new Targets.Classes(new int[] {0, 1, 0, 1})),
                            BatchOrder.sequential(),
                            null,
                            (best, source) -> {});
        }
        Map<String, float[]> weights = new LinkedHashMap<>();
        for (Parameter parameter : model.parameters()) {
            weights.put(parameter.name(), parameter.value().toArray());
        }
        return weights;
    }
}
