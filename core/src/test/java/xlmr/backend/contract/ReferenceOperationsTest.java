package xlmr.backend.contract;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import xlmr.backend.Activation;
import xlmr.backend.AttentionShape;
import xlmr.backend.Backend;
import xlmr.backend.CrossEntropy;
import xlmr.backend.DropoutMask;
import xlmr.checkpoint.SafetensorsFile;
import xlmr.tensor.Shape;
import xlmr.tensor.Tensor;

/// Single operations as PyTorch computes them in double precision, with the gradients of sum(output
/// · weight), from `ops.safetensors` (made by tests/reference/operations.py). The limit is 1e-5
/// absolutely up to 1 and relatively beyond, ten times what float32 costs there; nearly constant
/// rows under LayerNorm are ill-conditioned and get what PyTorch's own float32 was off by, as
/// `ops.json` says.
@ParameterizedClass
@MethodSource("backends")
class ReferenceOperationsTest {
    private static final double LIMIT = 1e-5;

    private static final SafetensorsFile FIXTURE =
            SafetensorsFile.of("ops.safetensors", resource("ops.safetensors"));

    private static final Map<Activation, String> ACTIVATIONS =
            Map.of(
                    Activation.GELU, "gelu_erf",
                    Activation.GELU_TANH, "gelu_tanh",
                    Activation.RELU, "relu",
                    Activation.SILU, "silu",
                    Activation.TANH, "tanh",
                    Activation.SIGMOID, "sigmoid");

    private final Backend backend;

    ReferenceOperationsTest(Backend backend) {
        this.backend = backend;
    }

    static List<Backend> backends() {
        return TestedBackends.all();
    }

    @ParameterizedTest
    @MethodSource("activations")
    void activation(Activation function) {
        String name = ACTIVATIONS.get(function);
        Tensor x = read(name + ".inputs.x"); // [254]
        Tensor output = zeros(x.shape()); // [254]
        backend.activation(function, x, output);
        expect(name + ".output", output);
        Tensor dInput = zeros(x.shape()); // [254]
        backend.activationGradient(function, x, read(name + ".weight"), dInput);
        expect(name + ".grad.x", dInput);
    }

    static Set<Activation> activations() {
        return ACTIVATIONS.keySet();
    }

    @ParameterizedTest
    @ValueSource(strings = {"softmax", "softmax_large", "softmax_masked"})
    void softmax(String name) {
        Tensor x = read(name + ".inputs.x"); // [..., K]
        if (name.equals("softmax_masked")) {
            float[] masked = x.toArray();
            for (int i = 0; i < masked.length; i++) {
                masked[i] += i % 5 >= 3 ? -Float.MAX_VALUE : 0;
            }
            backend.write(masked, x);
        }
        Tensor output = zeros(x.shape()); // [..., K]
        backend.softmax(x, output);
        expect(name + ".output", output);
        Tensor dInput = zeros(x.shape()); // [..., K]
        backend.softmaxGradient(output, read(name + ".weight"), dInput);
        expect(name + ".grad.x", dInput);
    }

    @Test
    void logSoftmax() {
        Tensor x = read("log_softmax.inputs.x"); // [4, 9]
        Tensor output = zeros(x.shape()); // [4, 9]
        backend.logSoftmax(x, output);
        expect("log_softmax.output", output);
        Tensor dInput = zeros(x.shape()); // [4, 9]
        backend.logSoftmaxGradient(output, read("log_softmax.weight"), dInput);
        expect("log_softmax.grad.x", dInput);
    }

    @ParameterizedTest
    @ValueSource(strings = {"layer_norm_1e-05", "layer_norm_1e-12", "layer_norm_constant"})
    void layerNorm(String name) {
        boolean constant = name.equals("layer_norm_constant");
        Tensor x = read(name + ".inputs.x"); // [..., C]
        Tensor weight = FIXTURE.tensor(name + ".inputs.weight"); // [C]
        Tensor bias = FIXTURE.tensor(name + ".inputs.bias"); // [C]
        Tensor output = zeros(x.shape()); // [..., C]
        Tensor mean = zeros(Shape.of(x.shape().rows())); // [N]
        Tensor rstd = zeros(Shape.of(x.shape().rows())); // [N]
        float epsilon = name.endsWith("1e-12") ? 1e-12f : 1e-5f;
        backend.layerNorm(x, weight, bias, epsilon, output, mean, rstd);
        Tensor dInput = zeros(x.shape()); // [..., C]
        Tensor dWeight = zeros(weight.shape()); // [C]
        Tensor dBias = zeros(weight.shape()); // [C]
        backend.layerNormGradient(
                read(name + ".weight"), x, weight, mean, rstd, dInput, dWeight, dBias);
        expect(name, ".output", output, constant);
        expect(name, ".grad.x", dInput, constant);
        expect(name, ".grad.weight", dWeight, constant);
        expect(name, ".grad.bias", dBias, false);
    }

    @Test
    void linear() {
        Tensor x = read("linear.inputs.x"); // [2, 5, 12]
        Tensor weight = FIXTURE.tensor("linear.inputs.weight"); // [7, 12]
        Tensor output = zeros(Shape.of(2, 5, 7)); // [2, 5, 7]
        backend.linear(x, weight, FIXTURE.tensor("linear.inputs.bias"), output);
        expect("linear.output", output);
        Tensor dOutput = read("linear.weight"); // [2, 5, 7]
        Tensor dInput = zeros(x.shape()); // [2, 5, 12]
        backend.linearInputGradient(dOutput, weight, dInput);
        expect("linear.grad.x", dInput);
        Tensor dWeight = zeros(weight.shape()); // [7, 12]
        backend.linearWeightGradient(dOutput, x, dWeight);
        expect("linear.grad.weight", dWeight);
        Tensor dBias = zeros(Shape.of(7)); // [7]
        backend.biasGradient(dOutput, dBias);
        expect("linear.grad.bias", dBias);
    }

    /// The reference's `[B, H, T, D]` as one sequence of T tokens for each b, its heads side by
    /// side.
    @Test
    void attention() {
        AttentionShape shape = AttentionShape.of(new int[] {0, 6, 12}, 3, false);
        Shape rows = Shape.of(12, 36);
        Tensor query = packed("attention.inputs.q"); // [N, C]
        Tensor key = packed("attention.inputs.k"); // [N, C]
        Tensor value = packed("attention.inputs.v"); // [N, C]
        Tensor output = zeros(rows); // [N, C]
        Tensor logSumExp = zeros(Shape.of(12, 3)); // [N, H]
        backend.attention(query, key, value, shape, DropoutMask.NONE, output, logSumExp);
        expectPacked("attention.output", output);
        Tensor dQuery = zeros(rows); // [N, C]
        Tensor dKey = zeros(rows); // [N, C]
        Tensor dValue = zeros(rows); // [N, C]
        backend.attentionGradient(
                query,
                key,
                value,
                output,
                logSumExp,
                packed("attention.weight"),
                shape,
                DropoutMask.NONE,
                dQuery,
                dKey,
                dValue);
        expectPacked("attention.grad.q", dQuery);
        expectPacked("attention.grad.k", dKey);
        expectPacked("attention.grad.v", dValue);
    }

    @Test
    void embeddingWithPadding() {
        String name = "embedding_padding_idx_1";
        Tensor table = FIXTURE.tensor(name + ".inputs.weight"); // [7, 4]
        long[] ids = FIXTURE.integers(name + ".inputs.ids");
        int[] rows = new int[ids.length];
        int[] trained = new int[ids.length];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = (int) ids[i];
            trained[i] = ids[i] == 1 ? -1 : rows[i];
        }
        Tensor output = zeros(Shape.of(rows.length, 4)); // [N, C]
        backend.gatherRows(table, rows, output);
        expect(name + ".output", output);
        Tensor dTable = zeros(table.shape()); // [7, 4]
        backend.scatterAddRows(read(name + ".weight"), trained, dTable);
        expect(name + ".grad.weight", dTable);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "cross_entropy_mean",
                "cross_entropy_smoothing_0.1",
                "cross_entropy_class_weights",
                "cross_entropy_smoothing_and_weights",
                "cross_entropy_large"
            })
    void crossEntropy(String name) {
        CrossEntropy target =
                new CrossEntropy(
                        labels(name),
                        CrossEntropy.IGNORE,
                        name.contains("smoothing") ? 0.1f : 0,
                        name.contains("weights") ? new float[] {0.5f, 1, 2, 0.25f} : null);
        expectCrossEntropy(name, target, 1);
    }

    /// The reference's sum is the mean times the rows that count.
    @Test
    void crossEntropySummed() {
        String name = "cross_entropy_sum";
        int[] labels = labels(name);
        int counted = 0;
        for (int label : labels) {
            counted += label == CrossEntropy.IGNORE ? 0 : 1;
        }
        expectCrossEntropy(name, CrossEntropy.of(labels), counted);
    }

    @Test
    void crossEntropyWithoutACountedRowIsNotANumber() {
        Tensor loss = zeros(Shape.of()); // []
        Tensor logits = read("cross_entropy_mean.inputs.x"); // [6, 4]
        backend.crossEntropy(logits, CrossEntropy.of(-100, -100, -100, -100, -100, -100), loss);
        assertThat(FIXTURE.tensor("cross_entropy_all_ignored.output").item()).isNaN();
        assertThat(loss.item()).isNaN();
    }

    private void expectCrossEntropy(String name, CrossEntropy target, float factor) {
        Tensor logits = read(name + ".inputs.x"); // [N, K]
        Tensor loss = zeros(Shape.of()); // []
        backend.crossEntropy(logits, target, loss);
        backend.scale(loss, factor);
        expect(name + ".output", loss);
        Tensor dLogits = zeros(logits.shape()); // [N, K]
        backend.crossEntropyGradient(
                logits, target, factor * FIXTURE.tensor(name + ".weight").item(), dLogits);
        expect(name + ".grad.x", dLogits);
    }

    @Test
    void binaryCrossEntropy() {
        String name = "bce_with_logits";
        Tensor x = read(name + ".inputs.x"); // [5, 3]
        Tensor labels = read(name + ".targets"); // [5, 3]
        Tensor loss = zeros(Shape.of()); // []
        backend.binaryCrossEntropy(x, labels, loss);
        expect(name + ".output", loss);
        Tensor dInput = zeros(x.shape()); // [5, 3]
        backend.binaryCrossEntropyGradient(x, labels, weight(name), dInput);
        expect(name + ".grad.x", dInput);
    }

    @Test
    void meanSquaredError() {
        Tensor x = read("mse.inputs.x"); // [5, 3]
        Tensor labels = read("bce_with_logits.targets"); // [5, 3]
        Tensor loss = zeros(Shape.of()); // []
        backend.meanSquaredError(x, labels, loss);
        expect("mse.output", loss);
        Tensor dInput = zeros(x.shape()); // [5, 3]
        backend.meanSquaredErrorGradient(x, labels, weight("mse"), dInput);
        expect("mse.grad.x", dInput);
    }

    private float weight(String name) {
        return FIXTURE.tensor(name + ".weight").item();
    }

    private static int[] labels(String name) {
        long[] wide = FIXTURE.integers(name + ".inputs.labels");
        int[] labels = new int[wide.length];
        for (int i = 0; i < labels.length; i++) {
            labels[i] = (int) wide[i];
        }
        return labels;
    }

    /// A copy in the backend's memory.
    private Tensor read(String name) {
        Tensor stored = FIXTURE.tensor(name);
        Tensor copy = backend.allocate(stored.shape());
        backend.write(stored.toArray(), copy);
        return copy;
    }

    private Tensor zeros(Shape shape) {
        Tensor tensor = backend.allocate(shape);
        backend.fill(tensor, 0);
        return tensor;
    }

    /// `[B, H, T, D]` of the file as `[B T, H D]`.
    private Tensor packed(String name) {
        float[] stored = FIXTURE.tensor(name).toArray();
        float[] rows = new float[stored.length];
        for (int i = 0; i < stored.length; i++) {
            rows[packedIndex(i)] = stored[i];
        }
        Tensor tensor = backend.allocate(Shape.of(12, 36));
        backend.write(rows, tensor);
        return tensor;
    }

    private static int packedIndex(int i) {
        int d = i % 12;
        int t = i / 12 % 6;
        int h = i / (12 * 6) % 3;
        int b = i / (12 * 6 * 3);
        return (b * 6 + t) * 36 + h * 12 + d;
    }

    private void expectPacked(String name, Tensor found) {
        float[] rows = found.toArray();
        float[] unpacked = new float[rows.length];
        for (int i = 0; i < unpacked.length; i++) {
            unpacked[i] = rows[packedIndex(i)];
        }
        expect(name, Tensor.of(Shape.of(unpacked.length), unpacked));
    }

    private void expect(String name, Tensor found) {
        int dot = name.indexOf('.', name.startsWith("cross_entropy_smoothing_0.1") ? 27 : 0);
        expect(name.substring(0, dot), name.substring(dot), found, false);
    }

    private void expect(String operation, String what, Tensor found, boolean illConditioned) {
        double[] expected = FIXTURE.doubles(operation + ".float64" + what);
        float[] values = found.toArray();
        assertThat(values).hasSameSizeAs(expected);
        double noise = illConditioned ? noise(operation, what.substring(1)) : 0;
        List<String> differences = new ArrayList<>();
        for (int i = 0; i < values.length; i++) {
            double limit = Math.max(noise, LIMIT * Math.max(1, Math.abs(expected[i])));
            if (!(Math.abs(values[i] - expected[i]) <= limit)) {
                differences.add("[%d] %s, expected %s".formatted(i, values[i], expected[i]));
            }
        }
        assertThat(differences).as("%s: %s%s", backend.name(), operation, what).isEmpty();
    }

    private static double noise(String operation, String what) {
        try {
            JsonNode notes = new ObjectMapper().readTree(resource("ops.json"));
            return notes.path(operation).path("float32_against_float64").path(what).asDouble();
        } catch (IOException exception) {
            throw new UncheckedIOException(exception);
        }
    }

    private static byte[] resource(String name) {
        try (InputStream stream =
                ReferenceOperationsTest.class.getResourceAsStream("/xlmr/backend/" + name)) {
            if (stream == null) {
                throw new IllegalStateException(name + " is missing in the test resources");
            }
            return stream.readAllBytes();
        } catch (IOException exception) {
            throw new UncheckedIOException(exception);
        }
    }
}
