package xlmr.golden;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import xlmr.checkpoint.Checkpoint;
import xlmr.onnx.OnnxExport;
import xlmr.onnx.OnnxOptions;
import xlmr.onnx.WeightPlace;

/// Exported graphs, run by an interpreter, against PyTorch's outputs.
class OnnxGoldenTest {
    @TempDir Path output;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "base_with_pooler",
                "sequence_classification",
                "sequence_regression",
                "sequence_multi_label",
                "token_classification",
                "question_answering",
                "multiple_choice",
                "masked_lm",
                "masked_lm_untied",
                "xl_sequence_classification",
                "xl_masked_lm",
                "causal_lm"
            })
    void anExportedHeadGivesTheReferencesOutputs(String name) throws IOException {
        Path directory = Fixtures.path("models/" + name);
        Checkpoint fixture =
                Checkpoint.open(Fixtures.path("models/" + name + "/fixture.safetensors"));
        OnnxModel model = export(directory);

        Map<String, OnnxArray> arrays = run(model, fixture, "inputs.");

        for (OnnxModel.Value output : model.outputs) {
            OnnxArray found = arrays.get(output.name());
            String expected = "outputs." + output.name();
            assertThat(fixture.info(expected).shape()).as(expected).isEqualTo(longs(found.shape()));
            Fixtures.assertClose(
                    expected, floats(found), fixture.doubles(expected), Fixtures.HIDDEN);
        }
        compareHiddenStates(model, arrays, fixture);
        assertShapesAreThoseStated(model, arrays);
    }

    /// Given position ids and embeddings are no inputs of an exported model, token types neither.
    static Stream<String> edgeCases() {
        Checkpoint cases = Checkpoint.open(Fixtures.path("models/edge_cases.safetensors"));
        return cases.names().stream()
                .map(name -> name.substring(0, name.indexOf('.')))
                .distinct()
                .filter(
                        name ->
                                Stream.of("inputs_embeds", "position_ids", "token_type_ids")
                                        .noneMatch(
                                                input ->
                                                        cases.contains(name + ".inputs." + input)));
    }

    @ParameterizedTest
    @MethodSource("edgeCases")
    void anExportedEncoderGivesTheReferencesOutputsInEdgeCases(String name) throws IOException {
        Checkpoint cases = Checkpoint.open(Fixtures.path("models/edge_cases.safetensors"));
        try (EdgeCase edge = EdgeCase.prepare(cases, name)) {
            OnnxModel model = export(edge.model());

            Map<String, OnnxArray> arrays = run(model, cases, name + ".inputs.");

            assertThat(arrays.containsKey("pooler_output"))
                    .isEqualTo(cases.contains(name + ".pooler_output"));
            for (OnnxModel.Value output : model.outputs) {
                String expected = name + "." + output.name();
                Fixtures.assertClose(
                        expected,
                        floats(arrays.get(output.name())),
                        cases.doubles(expected),
                        Fixtures.HIDDEN);
            }
        }
    }

    private OnnxModel export(Path directory) throws IOException {
        OnnxExport.write(directory, output, OnnxOptions.defaults().withPlace(WeightPlace.INSIDE));
        return OnnxModel.read(output.resolve("model.onnx"));
    }

    /// Runs on arrays of a file. Without a mask there every token is seen.
    private static Map<String, OnnxArray> run(OnnxModel model, Checkpoint file, String prefix) {
        Map<String, OnnxArray> inputs = new HashMap<>();
        for (OnnxModel.Value input : model.inputs) {
            String name = prefix + input.name();
            int[] shape =
                    Arrays.stream(file.info(prefix + "input_ids").shape())
                            .mapToInt(Math::toIntExact)
                            .toArray();
            double[] values;
            if (!file.contains(name)) {
                values = new double[OnnxArray.product(shape, 0, shape.length)];
                Arrays.fill(values, 1);
            } else if (file.info(name).dtype().isFloat()) {
                values = file.doubles(name);
            } else {
                values = Arrays.stream(file.integers(name)).asDoubleStream().toArray();
            }
            inputs.put(input.name(), new OnnxArray(shape, values));
        }
        return new OnnxInterpreter(model).run(inputs);
    }

    /// What the graph states of its inside are the embeddings and the outputs of the layers.
    private static void compareHiddenStates(
            OnnxModel model, Map<String, OnnxArray> arrays, Checkpoint fixture) {
        List<OnnxModel.Value> layers = model.described;
        for (int layer = 0; layer < layers.size(); layer++) {
            String expected = "outputs.hidden_states." + layer;
            if (fixture.contains(expected)) {
                Fixtures.assertClose(
                        expected,
                        floats(arrays.get(layers.get(layer).name())),
                        fixture.doubles(expected),
                        Fixtures.HIDDEN);
            }
        }
    }

    private static void assertShapesAreThoseStated(OnnxModel model, Map<String, OnnxArray> arrays) {
        Map<String, Integer> named = new HashMap<>();
        Stream.of(model.inputs, model.outputs, model.described)
                .flatMap(List::stream)
                .forEach(
                        value -> {
                            int[] shape = arrays.get(value.name()).shape();
                            assertThat(value.axes()).as(value.name()).hasSize(shape.length);
                            IntStream.range(0, shape.length)
                                    .forEach(
                                            axis ->
                                                    assertSize(
                                                            value.axes().get(axis),
                                                            shape[axis],
                                                            named));
                        });
    }

    private static void assertSize(String axis, int size, Map<String, Integer> named) {
        if (Character.isDigit(axis.charAt(0))) {
            assertThat(size).isEqualTo(Integer.parseInt(axis));
        } else {
            Integer earlier = named.putIfAbsent(axis, size);
            assertThat(earlier == null ? size : earlier).as(axis).isEqualTo(size);
        }
    }

    private static float[] floats(OnnxArray array) {
        float[] floats = new float[array.values().length];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = (float) array.values()[i];
        }
        return floats;
    }

    private static long[] longs(int[] values) {
        return Arrays.stream(values).asLongStream().toArray();
    }
}
