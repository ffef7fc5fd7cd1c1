package xlmr.golden;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import xlmr.model.Task;
import xlmr.onnx.OnnxOptions;
import xlmr.onnx.WeightPlace;
import xlmr.tensor.DType;
import xlmr.tensor.Tensor;

/// What lies in an exported file.
class OnnxStructureTest {
    @TempDir Path folder;

    private EveryHead heads;

    @BeforeEach
    void everyHead() {
        heads = new EveryHead(folder);
    }

    @ParameterizedTest
    @EnumSource(Task.class)
    void nodesReadOnlyWhatIsThereBeforeThem(Task task) throws IOException {
        OnnxModel exported = heads.export(task, OnnxOptions.defaults());

        assertThat(exported.irVersion).isEqualTo(8);
        assertThat(exported.operatorSet).isEqualTo(17);
        Set<String> there = new HashSet<>();
        exported.inputs.forEach(input -> assertThat(there.add(input.name())).isTrue());
        exported.constants.forEach(
                constant -> assertThat(there.add(constant.name())).as(constant.name()).isTrue());
        Set<String> nodeNames = new HashSet<>();
        Set<String> read = new HashSet<>();
        for (OnnxModel.Node node : exported.nodes) {
            assertThat(there).as(node.name()).containsAll(node.inputs());
            assertThat(node.outputs()).hasSize(1);
            assertThat(there.add(node.outputs().getFirst())).as(node.name()).isTrue();
            assertThat(nodeNames.add(node.name())).as(node.name()).isTrue();
            assertThat(node.name()).startsWith("/").contains("/" + node.operator());
            read.addAll(node.inputs());
        }
        exported.outputs.forEach(value -> assertThat(there).contains(value.name()));
        exported.described.forEach(value -> assertThat(there).contains(value.name()));
        exported.constants.forEach(constant -> assertThat(read).contains(constant.name()));
    }

    @ParameterizedTest
    @EnumSource(Task.class)
    void weightsAreThoseOfTheCheckpointTurnedWhereTheyMultiply(Task task) throws IOException {
        OnnxModel exported = heads.export(task, OnnxOptions.defaults());

        int compared = 0;
        for (OnnxModel.Constant constant : exported.constants) {
            String name = constant.name();
            boolean turned = name.endsWith(".transposed");
            Tensor weight =
                    heads.weights.get(turned ? name.substring(0, name.lastIndexOf('.')) : name);
            if (weight == null) {
                assertThat(name).startsWith("constant/");
                continue;
            }
            assertThat(constant.type()).isEqualTo(OnnxModel.FLOAT);
            OnnxArray stored = new OnnxArray(constant.shape(), constant.values());
            if (turned) {
                stored = turn(stored);
            }
            assertThat(stored.shape()).as(name).isEqualTo(weight.shape().sizes());
            assertThat(stored.values()).as(name).isEqualTo(doubles(weight.toArray()));
            compared++;
        }
        assertThat(compared).isGreaterThanOrEqualTo(53);
    }

    @Test
    void aTiedDecoderIsInTheFileOnce() throws IOException {
        OnnxModel tied = heads.export(Task.MASKED_LM, OnnxOptions.defaults());
        long tiedBytes = Files.size(heads.output.resolve("model.onnx"));

        OnnxModel untied =
                heads.export(
                        OnnxOptions.defaults(),
                        config ->
                                config.withArchitecture(Task.MASKED_LM.architecture())
                                        .with("tie_word_embeddings", false));
        long untiedBytes = Files.size(heads.output.resolve("model.onnx"));

        assertThat(vocabularyMatrices(tied)).hasSize(1);
        assertThat(vocabularyMatrices(untied)).hasSize(2);
        assertThat(untiedBytes - tiedBytes)
                .isCloseTo(4L * EveryHead.VOCABULARY * EveryHead.HIDDEN, within(500L));
        assertThat(
                        tied.nodes.stream()
                                .filter(node -> node.operator().equals("Transpose"))
                                .flatMap(node -> node.inputs().stream()))
                .contains("roberta.embeddings.word_embeddings.weight");
    }

    @Test
    void weightsBesideTheModelAreTheSame() throws IOException {
        OnnxModel inside = heads.export(Task.MASKED_LM, OnnxOptions.defaults());

        OnnxModel beside =
                heads.export(Task.MASKED_LM, OnnxOptions.defaults().withPlace(WeightPlace.BESIDE));

        assertThat(Files.size(heads.output.resolve("model.onnx"))).isLessThan(50_000);
        assertThat(beside.nodes).usingRecursiveComparison().isEqualTo(inside.nodes);
        Map<String, OnnxModel.Constant> expected = inside.constantsByName();
        long end = 0;
        for (OnnxModel.Constant constant : beside.constants) {
            OnnxModel.Constant other = expected.remove(constant.name());
            assertThat(constant.bytes()).as(constant.name()).isEqualTo(other.bytes());
            assertThat(constant.shape()).isEqualTo(other.shape());
            if (constant.name().startsWith("constant/")) {
                assertThat(constant.location()).isEmpty();
            } else {
                assertThat(constant.location()).isEqualTo("model.onnx.data");
                assertThat(constant.offset()).isGreaterThanOrEqualTo(end);
                assertThat(constant.offset() % 4096).isZero();
                end = constant.offset() + constant.bytes().length;
            }
        }
        assertThat(expected).isEmpty();
        assertThat(Files.size(heads.output.resolve("model.onnx.data"))).isEqualTo(end);
    }

    @Test
    void theSameModelGivesTheSameBytes() throws IOException {
        heads.export(OnnxOptions.defaults());
        byte[] first = Files.readAllBytes(heads.output.resolve("model.onnx"));
        heads.export(OnnxOptions.defaults());

        assertThat(Files.readAllBytes(heads.output.resolve("model.onnx"))).isEqualTo(first);
    }

    @Test
    void halvesAreTheRoundedMatricesAndComputeAsFloats() throws IOException {
        OnnxModel floats = heads.export(OnnxOptions.defaults());
        OnnxModel halves = heads.export(OnnxOptions.defaults().withWeightType(DType.F16));

        Map<String, OnnxModel.Constant> exact = floats.constantsByName();
        for (OnnxModel.Constant constant : halves.constants) {
            double[] expected = exact.get(constant.name()).values();
            if (constant.shape().length == 2) {
                assertThat(constant.type()).isEqualTo(OnnxModel.FLOAT16);
                for (int i = 0; i < expected.length; i++) {
                    expected[i] = Float.float16ToFloat(Float.floatToFloat16((float) expected[i]));
                }
            } else {
                assertThat(constant.type()).isNotEqualTo(OnnxModel.FLOAT16);
            }
            assertThat(constant.values()).as(constant.name()).isEqualTo(expected);
        }
        Set<String> small = new HashSet<>();
        for (OnnxModel.Constant constant : halves.constants) {
            if (constant.type() == OnnxModel.FLOAT16) {
                small.add(constant.name());
            }
        }
        for (OnnxModel.Node node : halves.nodes) {
            if (!Set.of("Cast", "Gather").contains(node.operator())) {
                assertThat(node.inputs()).as(node.name()).doesNotContainAnyElementsOf(small);
            }
        }
        assertThat(halves.outputs).isEqualTo(floats.outputs);
    }

    private static List<String> vocabularyMatrices(OnnxModel exported) {
        return exported.constants.stream()
                .filter(
                        constant ->
                                constant.values().length == EveryHead.VOCABULARY * EveryHead.HIDDEN)
                .map(OnnxModel.Constant::name)
                .toList();
    }

    private static OnnxArray turn(OnnxArray matrix) {
        int rows = matrix.shape()[0];
        int columns = matrix.shape()[1];
        double[] turned = new double[rows * columns];
        for (int i = 0; i < turned.length; i++) {
            turned[i % columns * rows + i / columns] = matrix.values()[i];
        }
        return OnnxArray.of(turned, columns, rows);
    }

    private static double[] doubles(float[] values) {
        double[] doubles = new double[values.length];
        Arrays.setAll(doubles, i -> values[i]);
        return doubles;
    }
}
