package xlmr.golden;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Predicate;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import xlmr.autograd.Gradients;
import xlmr.autograd.KeptActivations;
import xlmr.autograd.Ops;
import xlmr.autograd.Parameter;
import xlmr.autograd.Tape;
import xlmr.autograd.Workspace;
import xlmr.backend.Backend;
import xlmr.backend.CrossEntropy;
import xlmr.backend.cpu.CpuBackends;
import xlmr.model.LoraModel;
import xlmr.model.LoraSettings;
import xlmr.model.ModelLoader;
import xlmr.model.ProblemType;
import xlmr.model.Task;
import xlmr.model.TaskModel;
import xlmr.model.XlmRobertaConfig;
import xlmr.tensor.Tensor;
import xlmr.tensor.TokenBatch;
import xlmr.train.Tune;

/// Activations that are kept as bfloat16: the same logits, and gradients within what one rounding
/// of each activation costs.
class RoundedActivationsTest {
    private static final Path START =
            Path.of(System.getProperty("xlmr.repository", ".."))
                    .resolve("cli/src/main/resources/xlmr/embedded/model");

    /// A rounding is off by up to 2⁻⁹, on average by 0.4 times that; errors of many activations
    /// partly cancel, those of the probabilities of attention are larger.
    private static final double LARGEST_ERROR = 0x1p-7;

    @ParameterizedTest
    @CsvSource(
            value = {"full", "top:2", "bias", "layers:0-1", "lora:r=4,alpha=8,targets=query+value"},
            delimiter = ';')
    void gradientsDifferByARounding(String tune) {
        Result exact = gradients(tune, KeptActivations.FLOAT32);
        Result rounded = gradients(tune, KeptActivations.BFLOAT16);
        assertThat(rounded.logits()).isEqualTo(exact.logits());
        assertThat(rounded.gradients()).isNotEmpty().hasSameSizeAs(exact.gradients());
        double worst = 0;
        for (String name : exact.gradients().keySet()) {
            float[] expected = exact.gradients().get(name);
            float[] found = rounded.gradients().get(name);
            double error = 0;
            double norm = 0;
            for (int i = 0; i < expected.length; i++) {
                error += Math.pow(found[i] - (double) expected[i], 2);
                norm += Math.pow(expected[i], 2);
            }
            // The gradient of a key's bias is 0 but for roundings: it cannot move a softmax.
            if (!name.endsWith("key.bias")) {
                assertThat(Math.sqrt(error)).as(name).isLessThan(LARGEST_ERROR * Math.sqrt(norm));
                worst = Math.max(worst, Math.sqrt(error / norm));
            }
        }
        assertThat(worst).as("activations were rounded").isPositive();
    }

    private record Result(float[] logits, Map<String, float[]> gradients) {}

    private static Result gradients(String spec, KeptActivations kept) {
        XlmRobertaConfig config =
                XlmRobertaConfig.read(START.resolve("config.json"))
                        .forClassification(
                                List.of("a", "b"), ProblemType.SINGLE_LABEL_CLASSIFICATION);
        Tune tune =
                spec.startsWith("lora:")
                        ? new Tune.Lora(LoraSettings.parse(spec.substring(5)))
                        : Tune.parse(spec);
        Predicate<String> trainable = tune.trainable(config);
        TaskModel loaded =
                ModelLoader.task(Task.SEQUENCE_CLASSIFICATION, START, config, trainable, 0).model();
        TaskModel model =
                tune instanceof Tune.Lora lora
                        ? withDownAndUp(LoraModel.attach(loaded, lora.settings(), 5))
                        : loaded;
        SplittableRandom random = new SplittableRandom(5);
        TokenBatch tokens =
                TokenBatch.of(
                        List.of(
                                random.ints(9, 5, 4000).toArray(),
                                random.ints(30, 5, 4000).toArray(),
                                random.ints(17, 5, 4000).toArray()),
                        config.padTokenId());
        try (Backend backend = CpuBackends.scalar()) {
            List<Parameter> trained =
                    model.parameters().stream().filter(p -> trainable.test(p.name())).toList();
            Gradients gradients = new Gradients(backend, trained, List.of());
            Workspace workspace = new Workspace(backend);
            Tape tape = new Tape(backend, workspace, gradients);
            Ops ops = Ops.training(backend, workspace, tape, 3, 1).keeping(kept);
            Tensor logits = model.forward(ops, tokens); // [B, K]
            float[] values = logits.toArray();
            Tensor loss = ops.crossEntropy(logits, CrossEntropy.of(0, 1, 0)); // []
            tape.backward(loss, 1);
            Map<String, float[]> found = new LinkedHashMap<>();
            gradients
                    .allDense()
                    .forEach(
                            (parameter, gradient) ->
                                    found.put(parameter.name(), gradient.toArray()));
            return new Result(values, found);
        }
    }

    /// B is 0 in a new adapter, and with it A's gradient.
    private static TaskModel withDownAndUp(TaskModel model) {
        SplittableRandom random = new SplittableRandom(8);
        for (Parameter parameter : model.parameters()) {
            if (parameter.name().contains("lora_B")) {
                float[] values = new float[parameter.shape().elements()];
                for (int i = 0; i < values.length; i++) {
                    values[i] = (float) random.nextDouble(-0.1, 0.1);
                }
                CpuBackends.scalar().write(values, parameter.value());
            }
        }
        return model;
    }
}
