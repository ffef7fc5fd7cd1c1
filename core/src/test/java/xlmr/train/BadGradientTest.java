package xlmr.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import xlmr.autograd.Gradients;
import xlmr.autograd.Parameter;
import xlmr.autograd.Workspace;
import xlmr.backend.Backend;
import xlmr.backend.cpu.CpuBackends;
import xlmr.model.ModelLoader;
import xlmr.model.TaskModel;
import xlmr.model.XlmRobertaConfig;
import xlmr.tensor.Shape;
import xlmr.tensor.Tensor;

/// Of gradients that are not finite, the one nearest to the loss is named.
class BadGradientTest {
    private static final Path START =
            Path.of(System.getProperty("xlmr.repository", ".."))
                    .resolve("cli/src/main/resources/xlmr/embedded/model");

    @Test
    void theFirstGradientOnTheWayBackIsNamed() {
        Backend backend = CpuBackends.scalar();
        Parameter lower = parameter("lower");
        Parameter upper = parameter("upper");
        Parameter head = parameter("head");
        Gradients gradients = new Gradients(backend, List.of(lower, upper, head), List.of());
        backend.write(new float[] {1, Float.NaN}, of(lower, gradients));
        backend.write(new float[] {Float.POSITIVE_INFINITY, 2}, of(upper, gradients));
        XlmRobertaConfig config = XlmRobertaConfig.read(START.resolve("config.json"));
        TaskModel model =
                ModelLoader.sequenceClassifier(START, config, ModelLoader.HEAD, 0).model();
        BadNumbers found = new BadNumbers(backend, new Workspace(backend), model, 7, 2, 5e-5);
        assertThat(found.ofGradients(gradients, Double.NaN))
                .hasMessage(
                        "training: at step 7 (epoch 2) the loss is a number but its gradient is"
                                + " not: going back from the loss, the first that is not finite is that"
                                + " of upper; the learning rate is too high (now 5.0E-5): try a tenth"
                                + " of it");
    }

    private static Tensor of(Parameter parameter, Gradients gradients) {
        return Objects.requireNonNull(gradients.dense(parameter));
    }

    private static Parameter parameter(String name) {
        return new Parameter(name, Tensor.of(Shape.of(2), 1, 2));
    }
}
