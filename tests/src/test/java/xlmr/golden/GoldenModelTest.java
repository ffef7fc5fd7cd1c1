package xlmr.golden;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import xlmr.backend.Backend;
import xlmr.checkpoint.Checkpoint;
import xlmr.checkpoint.CheckpointException;
import xlmr.pipeline.TensorForward;
import xlmr.tensor.Tensor;

/// Outputs of every layer and gradients of every parameter against PyTorch's, on every backend.
class GoldenModelTest {
    private static final List<String> MODELS =
            List.of(
                    "base_with_pooler",
                    "sequence_classification",
                    "sequence_regression",
                    "sequence_multi_label",
                    "token_classification",
                    "question_answering",
                    "multiple_choice",
                    "masked_lm",
                    "masked_lm_untied",
                    "causal_lm",
                    "small_token_classification",
                    "small_question_answering",
                    "small_multiple_choice",
                    "small_masked_lm",
                    "small_masked_lm_untied",
                    "small_causal_lm",
                    "xl_sequence_classification",
                    "xl_masked_lm");

    static Stream<Arguments> models() {
        return MODELS.stream()
                .flatMap(
                        model ->
                                Fixtures.backends().stream()
                                        .map(backend -> Arguments.of(model, backend)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("models")
    void outputsAndGradientsAreThoseOfTheReference(String model, Backend backend) {
        Path directory = Fixtures.path("models/" + model);
        Checkpoint fixture =
                Checkpoint.open(Fixtures.path("models/" + model + "/fixture.safetensors"));
        Map<String, Tensor> found =
                new TensorForward(true, true, true).run(directory, fixture, backend);
        boolean[] mask = mask(fixture);
        int compared = 0;
        for (String name : fixture.names()) {
            if (!name.startsWith("outputs.") && !name.startsWith("grad.")) {
                continue;
            }
            Tensor tensor = found.get(name);
            assertThat(tensor).as(name).isNotNull();
            compare(name, tensor, fixture.doubles(name), mask);
            compared++;
        }
        TreeSet<String> gradients =
                found.keySet().stream()
                        .filter(name -> name.startsWith("grad."))
                        .collect(Collectors.toCollection(TreeSet::new));
        assertThat(fixture.names()).containsAll(gradients);
        assertThat(compared).isGreaterThan(gradients.size());
    }

    private static void compare(String name, Tensor tensor, double[] expected, boolean[] mask) {
        if (name.startsWith("grad.")) {
            Fixtures.assertClose(
                    name, tensor.toArray(), expected, Fixtures.gradientLimit(expected));
        } else if (name.equals("outputs.loss")) {
            // the fixed weighting of the bare encoder sums hundreds of products, up to 40 in all
            double limit = Fixtures.LOSS * Math.max(1, Math.abs(expected[0]));
            Fixtures.assertClose(name, tensor.toArray(), expected, limit);
        } else if (name.startsWith("outputs.attentions.")) {
            int columns = tensor.size(3);
            int perRow = tensor.size(1) * columns * columns;
            float[] values = tensor.toArray();
            for (int i = 0; i < values.length; i++) {
                int row = i / perRow * columns;
                if (!mask[row + i / columns % columns]) {
                    expected[i] = 0; // the reference computes queries that are padding, too
                }
            }
            Fixtures.assertClose(name, values, expected, Fixtures.ATTENTION);
        } else if (tensor.shape().rank() == 3) {
            int width = tensor.size(2);
            for (int i = 0; i < expected.length; i++) {
                expected[i] = mask[i / width] ? expected[i] : 0;
            }
            Fixtures.assertClose(name, tensor.toArray(), expected, Fixtures.HIDDEN);
        } else {
            Fixtures.assertClose(name, tensor.toArray(), expected, Fixtures.HIDDEN);
        }
    }

    static Stream<Arguments> edgeCases() {
        Checkpoint cases = Checkpoint.open(Fixtures.path("models/edge_cases.safetensors"));
        return cases.names().stream()
                .map(name -> name.substring(0, name.indexOf('.')))
                .distinct()
                .flatMap(
                        name ->
                                Fixtures.backends().stream()
                                        .map(backend -> Arguments.of(name, backend)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("edgeCases")
    void edgeCasesAreThoseOfTheReference(String name, Backend backend) {
        Checkpoint cases = Checkpoint.open(Fixtures.path("models/edge_cases.safetensors"));
        try (EdgeCase edge = EdgeCase.prepare(cases, name)) {
            TensorForward forward = new TensorForward(false, false, false);
            if (name.equals("row_fully_masked")) {
                assertThatThrownBy(() -> forward.run(edge.model(), edge.inputs(), backend))
                        .isInstanceOf(CheckpointException.class)
                        .hasMessageContaining("masks every token");
                return;
            }
            Map<String, Tensor> found = forward.run(edge.model(), edge.inputs(), backend);
            Tensor hidden = found.get("outputs.last_hidden_state");
            assertThat(hidden).isNotNull();
            boolean[] mask = edge.mask();
            compare(
                    "outputs.last_hidden_state",
                    hidden,
                    cases.doubles(name + ".last_hidden_state"),
                    mask);
            Tensor pooled = found.get("outputs.pooler_output");
            if (cases.contains(name + ".pooler_output")) {
                assertThat(pooled).isNotNull();
                comparePooled(
                        pooled,
                        cases.doubles(name + ".pooler_output"),
                        mask,
                        mask.length / hidden.size(0));
            }
        }
    }

    /// The reference pools column 0 even where it is masked; only rows that begin with a real token
    /// can agree.
    private static void comparePooled(
            Tensor pooled, double[] expected, boolean[] mask, int columns) {
        float[] values = pooled.toArray();
        int width = pooled.size(1);
        int compared = 0;
        for (int i = 0; i < values.length; i++) {
            if (!mask[i / width * columns]) {
                values[i] = (float) expected[i];
            } else {
                compared++;
            }
        }
        assertThat(compared).as("rows whose first token is real").isPositive();
        Fixtures.assertClose("outputs.pooler_output", values, expected, Fixtures.HIDDEN);
    }

    private static boolean[] mask(Checkpoint fixture) {
        long[] values = fixture.integers("inputs.attention_mask");
        boolean[] mask = new boolean[values.length];
        for (int i = 0; i < values.length; i++) {
            // question answering computes padding too, since the loss looks at it
            mask[i] = values[i] != 0 || fixture.contains("inputs.start_positions");
        }
        return mask;
    }
}
