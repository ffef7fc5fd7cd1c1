package xlmr.golden;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import xlmr.checkpoint.Checkpoint;
import xlmr.checkpoint.CheckpointException;
import xlmr.checkpoint.SafetensorsWriter;
import xlmr.model.XlmRobertaConfig;
import xlmr.onnx.OnnxExport;
import xlmr.onnx.OnnxOptions;
import xlmr.onnx.OnnxResult;
import xlmr.onnx.OnnxTask;
import xlmr.onnx.WeightPlace;
import xlmr.tensor.DType;
import xlmr.tensor.Shape;
import xlmr.tensor.Tensor;

/// What lies in an exported file, and what is refused.
class OnnxStructureTest {
    private static final int HIDDEN = 48;
    private static final int VOCABULARY = 322;

    @TempDir Path folder;

    private Path model;
    private Path output;
    private Map<String, Tensor> weights;

    /// The base model with the heads of all tasks: each export takes what it needs.
    @BeforeEach
    void everyHead() {
        model = folder.resolve("model");
        output = folder.resolve("output");
        weights = new TreeMap<>();
        Checkpoint base = Checkpoint.open(Fixtures.path("models/base_with_pooler"));
        base.names().forEach(name -> weights.put("roberta." + name, base.tensor(name)));
        linear("classifier.dense", HIDDEN);
        linear("classifier.out_proj", 3);
        linear("qa_outputs", 2);
        linear("lm_head.dense", HIDDEN);
        weights.put("lm_head.layer_norm.weight", filled(HIDDEN));
        weights.put("lm_head.layer_norm.bias", filled(HIDDEN));
        weights.put("lm_head.bias", filled(VOCABULARY));
        linear("lm_head.decoder", VOCABULARY);
        linear("classifier", 3);
    }

    @ParameterizedTest
    @EnumSource(OnnxTask.class)
    void nodesReadOnlyWhatIsThereBeforeThem(OnnxTask task) throws IOException {
        if (task == OnnxTask.MULTIPLE_CHOICE) {
            linear("classifier", 1);
        }

        OnnxModel exported = export(OnnxOptions.defaults().withTask(task));

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
    @EnumSource(OnnxTask.class)
    void weightsAreThoseOfTheCheckpointTurnedWhereTheyMultiply(OnnxTask task) throws IOException {
        if (task == OnnxTask.MULTIPLE_CHOICE) {
            linear("classifier", 1);
        }

        OnnxModel exported = export(OnnxOptions.defaults().withTask(task));

        int compared = 0;
        for (OnnxModel.Constant constant : exported.constants) {
            String name = constant.name();
            boolean turned = name.endsWith(".transposed");
            Tensor weight = weights.get(turned ? name.substring(0, name.lastIndexOf('.')) : name);
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
        OnnxModel tied = export(OnnxOptions.defaults().withTask(OnnxTask.FILL_MASK));
        long tiedBytes = Files.size(output.resolve("model.onnx"));

        OnnxModel untied =
                export(
                        OnnxOptions.defaults().withTask(OnnxTask.FILL_MASK),
                        config -> config.with("tie_word_embeddings", false));
        long untiedBytes = Files.size(output.resolve("model.onnx"));

        assertThat(vocabularyMatrices(tied)).hasSize(1);
        assertThat(vocabularyMatrices(untied)).hasSize(2);
        assertThat(untiedBytes - tiedBytes).isCloseTo(4L * VOCABULARY * HIDDEN, within(500L));
        assertThat(
                        tied.nodes.stream()
                                .filter(node -> node.operator().equals("Transpose"))
                                .flatMap(node -> node.inputs().stream()))
                .contains("roberta.embeddings.word_embeddings.weight");
    }

    @Test
    void weightsBesideTheModelAreTheSame() throws IOException {
        OnnxModel inside = export(OnnxOptions.defaults().withTask(OnnxTask.FILL_MASK));

        OnnxModel beside =
                export(
                        OnnxOptions.defaults()
                                .withTask(OnnxTask.FILL_MASK)
                                .withPlace(WeightPlace.BESIDE));

        assertThat(Files.size(output.resolve("model.onnx"))).isLessThan(50_000);
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
        assertThat(Files.size(output.resolve("model.onnx.data"))).isEqualTo(end);
    }

    @Test
    void oneFileLeavesNoWeightsOfAnEarlierModelBeside() throws IOException {
        export(OnnxOptions.defaults().withPlace(WeightPlace.BESIDE));
        export(OnnxOptions.defaults());

        assertThat(output.resolve("model.onnx.data")).doesNotExist();
    }

    @Test
    void theSameModelGivesTheSameBytes() throws IOException {
        export(OnnxOptions.defaults());
        byte[] first = Files.readAllBytes(output.resolve("model.onnx"));
        export(OnnxOptions.defaults());

        assertThat(Files.readAllBytes(output.resolve("model.onnx"))).isEqualTo(first);
    }

    @Test
    void halvesAreTheRoundedMatricesAndComputeAsFloats() throws IOException {
        OnnxModel floats = export(OnnxOptions.defaults());
        OnnxModel halves = export(OnnxOptions.defaults().withWeightType(DType.F16));

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

    @Test
    void aWeightThatIsTooLargeForHalvesIsNamed() {
        Tensor bias = weights.get("classifier.out_proj.weight");
        float[] values = bias.toArray();
        values[5] = 70000;
        weights.put("classifier.out_proj.weight", Tensor.of(bias.shape(), values));

        assertThatThrownBy(() -> export(OnnxOptions.defaults().withWeightType(DType.F16)))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining(
                        "classifier.out_proj.weight.transposed holds 70000.0, and the largest"
                                + " float16 is 65504; export float32 weights");
        assertThat(output.resolve("model.onnx")).doesNotExist();
    }

    @Test
    void everythingThatIsMissingOrMisshapenIsReportedTogether() {
        weights.remove("roberta.encoder.layer.1.output.dense.bias");
        weights.remove("classifier.dense.weight");
        weights.put("classifier.out_proj.bias", filled(4));

        assertThatThrownBy(() -> export(OnnxOptions.defaults()))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("roberta.encoder.layer.1.output.dense.bias [48] is missing")
                .hasMessageContaining("classifier.dense.weight [48, 48] is missing")
                .hasMessageContaining(
                        "classifier.out_proj.bias is [4], the configuration asks for [3]");
        assertThat(output.resolve("model.onnx")).doesNotExist();
    }

    @Test
    void anUnknownClassIsRefusedWithTheTasksThatThereAre() {
        assertThatThrownBy(
                        () ->
                                export(
                                        OnnxOptions.defaults(),
                                        config -> config.withArchitecture("XLMRobertaForVideo")))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("architectures of config.json is XLMRobertaForVideo")
                .hasMessageContaining("name the task: one of feature-extraction,");
    }

    @Test
    void theEncoderOfALanguageModelIsExportedAsOne() throws IOException {
        OnnxResult result =
                OnnxExport.write(
                        write(config -> config.withArchitecture("XLMRobertaForMaskedLM")),
                        output,
                        OnnxOptions.defaults().withTask(OnnxTask.FEATURE_EXTRACTION));

        assertThat(result.outputs()).containsExactly("last_hidden_state", "pooler_output");
        assertThat(result.unused()).contains("lm_head.dense.weight", "qa_outputs.bias");
        assertThat(XlmRobertaConfig.read(output).architectures())
                .containsExactly("XLMRobertaModel");
    }

    @Test
    void oldNamesOfLayerNormAreUnderstood() throws IOException {
        for (String name : List.copyOf(weights.keySet())) {
            Tensor weight = weights.remove(name);
            String old =
                    name.replace("LayerNorm.weight", "LayerNorm.gamma")
                            .replace("LayerNorm.bias", "LayerNorm.beta");
            weights.put(old, weight);
        }

        assertThat(export(OnnxOptions.defaults()).constantsByName())
                .containsKey("roberta.embeddings.LayerNorm.weight");
    }

    private void linear(String name, int out) {
        weights.put(name + ".weight", filled(out, HIDDEN));
        weights.put(name + ".bias", filled(out));
    }

    /// Different numbers, so that no two places of an array can be taken for each other.
    private static Tensor filled(int... sizes) {
        Shape shape = Shape.of(sizes);
        float[] values = new float[shape.elements()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) Math.sin(i + 0.1 * values.length);
        }
        return Tensor.of(shape, values);
    }

    private OnnxModel export(OnnxOptions options) throws IOException {
        return export(options, config -> config);
    }

    private OnnxModel export(
            OnnxOptions options, Function<XlmRobertaConfig, XlmRobertaConfig> change)
            throws IOException {
        OnnxExport.write(write(change), output, options);
        return OnnxModel.read(output.resolve("model.onnx"));
    }

    /// A checkpoint of three labels, by default of a sequence classifier.
    private Path write(Function<XlmRobertaConfig, XlmRobertaConfig> change) throws IOException {
        Files.createDirectories(model);
        SafetensorsWriter writer = new SafetensorsWriter();
        weights.forEach(writer::add);
        writer.write(model.resolve("model.safetensors"));
        XlmRobertaConfig config =
                XlmRobertaConfig.read(Fixtures.path("models/base_with_pooler"))
                        .withLabels(List.of("a", "b", "c"))
                        .withArchitecture("XLMRobertaForSequenceClassification");
        change.apply(config).write(model.resolve("config.json"));
        return model;
    }

    private static List<String> vocabularyMatrices(OnnxModel exported) {
        return exported.constants.stream()
                .filter(constant -> constant.values().length == VOCABULARY * HIDDEN)
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
