package xlmr.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import xlmr.backend.Backend;
import xlmr.backend.cpu.ScalarBackend;
import xlmr.checkpoint.Checkpoint;
import xlmr.pipeline.TensorForward;
import xlmr.tensor.Tensor;

/// Whole models forward and backward on the GPU backend: every hidden state, attention and logit,
/// and the gradient of every parameter, against the reference's and the processor's.
class GoldenFixturesOnCudaTest {
    private static final FakeCuda CUDA = FakeCuda.install();
    private static final Path REPOSITORY =
            Path.of(System.getProperty("xlmr.repository", "..")).toAbsolutePath();

    /// What float32 costs the reference, see the fixtures' README.
    private static final double OUTPUT = 3e-5;

    private static final double GRADIENT = 1e-5;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "base_with_pooler",
                "sequence_classification",
                "sequence_multi_label",
                "xl_masked_lm",
                "question_answering",
                "multiple_choice",
                "causal_lm"
            })
    void outputsAndGradientsAreThoseOfTheReference(String model) {
        Path directory = path(model);
        Checkpoint fixture = Checkpoint.open(path(model + "/fixture.safetensors"));
        TensorForward forward = new TensorForward(true, true, true);
        Map<String, Tensor> expected;
        try (Backend processor = new ScalarBackend()) {
            expected = forward.run(directory, fixture, processor);
        }
        try (Backend cuda = CUDA.open()) {
            Map<String, Tensor> found = forward.run(directory, fixture, cuda);
            assertThat(found.keySet()).isEqualTo(expected.keySet());
            expected.forEach(
                    (name, tensor) -> {
                        float[] values = Objects.requireNonNull(found.get(name)).toArray();
                        assertClose(name, values, doubles(tensor.toArray()));
                        // What is padded there is not computed here.
                        boolean hasNoPadding = tensor.shape().rank() <= 2;
                        if (fixture.contains(name) && (hasNoPadding || name.startsWith("grad."))) {
                            assertClose(name, values, fixture.doubles(name));
                        }
                    });
        }
        assertThat(CUDA.takeFault()).isNull();
        assertThat(CUDA.leaks()).isEmpty();
    }

    private static void assertClose(String name, float[] found, double[] expected) {
        assertThat(found).as(name).hasSameSizeAs(expected);
        double largest = 1;
        for (double value : expected) {
            largest = Math.max(largest, Math.abs(value));
        }
        double limit = (name.startsWith("grad.") ? GRADIENT : OUTPUT) * largest;
        for (int i = 0; i < found.length; i++) {
            double difference = Math.abs(found[i] - expected[i]);
            if (!(difference <= limit)) {
                assertThat(found[i]).as("%s[%d]", name, i).isEqualTo((float) expected[i]);
            }
        }
    }

    private static double[] doubles(float[] values) {
        double[] wide = new double[values.length];
        for (int i = 0; i < wide.length; i++) {
            wide[i] = values[i];
        }
        return wide;
    }

    private static Path path(String name) {
        Path own = REPOSITORY.resolve("tests/golden/models").resolve(name);
        Path shared = REPOSITORY.resolveSibling("shared/reference/models").resolve(name);
        Path found = Files.exists(own) ? own : shared;
        Assumptions.assumeTrue(
                Files.exists(found),
                () ->
                        "fixture %s is only in ../shared/reference, which is missing"
                                .formatted(name));
        return found;
    }
}
