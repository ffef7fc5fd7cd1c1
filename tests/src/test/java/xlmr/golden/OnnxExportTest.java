package xlmr.golden;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import xlmr.backend.cpu.CpuBackends;
import xlmr.checkpoint.Checkpoint;
import xlmr.checkpoint.CheckpointException;
import xlmr.checkpoint.LoadReport;
import xlmr.checkpoint.SafetensorsWriter;
import xlmr.model.Task;
import xlmr.model.XlmRobertaConfig;
import xlmr.onnx.OnnxExport;
import xlmr.onnx.OnnxOptions;
import xlmr.onnx.OnnxResult;
import xlmr.onnx.WeightPlace;
import xlmr.pipeline.TensorForward;
import xlmr.tensor.DType;
import xlmr.tensor.Shape;
import xlmr.tensor.Tensor;

/// What an exported graph computes, what is left out, and what is refused.
class OnnxExportTest {
    @TempDir Path folder;

    private EveryHead heads;

    @BeforeEach
    void everyHead() {
        heads = new EveryHead(folder);
    }

    @ParameterizedTest
    @EnumSource(Task.class)
    void theGraphComputesWhatTheModelComputes(Task task) throws IOException {
        OnnxModel exported = heads.export(task, OnnxOptions.defaults());
        int[] shape = task == Task.MULTIPLE_CHOICE ? new int[] {2, 2, 9} : new int[] {4, 9};
        long[] ids = new long[4 * 9];
        long[] mask = new long[4 * 9];
        for (int i = 0; i < ids.length; i++) {
            boolean padding = i % 9 > 9 - 2 * (i / 9);
            ids[i] = padding ? 1 : i % 9 == 0 ? 0 : 5 + i * 7 % 300;
            mask[i] = padding || i == 4 ? 0 : 1;
        }
        Path inputs = folder.resolve("inputs.safetensors");
        new SafetensorsWriter()
                .addIntegers("inputs.input_ids", Shape.of(shape), ids)
                .addIntegers("inputs.attention_mask", Shape.of(shape), mask)
                .write(inputs);
        Map<String, Tensor> expected =
                new TensorForward(false, false, false)
                        .run(heads.model, Checkpoint.open(inputs), CpuBackends.scalar());

        Map<String, OnnxArray> found =
                new OnnxInterpreter(exported)
                        .run(
                                Map.of(
                                        "input_ids",
                                        new OnnxArray(shape, doubles(ids)),
                                        "attention_mask",
                                        new OnnxArray(shape, doubles(mask))));

        for (OnnxModel.Value value : exported.outputs) {
            Tensor tensor = expected.get("outputs." + value.name());
            OnnxArray array = found.get(value.name());
            assertThat(array.shape()).isEqualTo(tensor.shape().sizes());
            int width = array.values().length / ids.length;
            float[] ours = tensor.toArray();
            double[] values = array.values().clone();
            for (int i = 0; width > 0 && i < values.length; i++) {
                // ours are 0 where there is no token
                values[i] = mask[i / width] == 0 ? ours[i] : values[i];
            }
            Fixtures.assertClose(value.name(), ours, values, Fixtures.HIDDEN);
        }
    }

    @Test
    void theEncoderOfALanguageModelIsExportedAsOne() throws IOException {
        OnnxResult result =
                OnnxExport.write(
                        heads.write(config -> config.withArchitecture("XLMRobertaForMaskedLM")),
                        heads.output,
                        OnnxOptions.defaults().withEncoderAlone(true));

        assertThat(result.outputs()).containsExactly("last_hidden_state", "pooler_output");
        assertThat(result.report().ignored())
                .extracting(LoadReport.Ignored::name)
                .contains("lm_head.dense.weight", "qa_outputs.bias");
        assertThat(XlmRobertaConfig.read(heads.output).architectures())
                .containsExactly("XLMRobertaModel");
    }

    @Test
    void anUnknownHeadIsNotLeftOutUnasked() throws IOException {
        UnaryOperator<XlmRobertaConfig> change =
                config -> config.withArchitecture("XLMRobertaForVideo");

        assertThatThrownBy(() -> heads.export(OnnxOptions.defaults(), change))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining(
                        "architectures of config.json is XLMRobertaForVideo, whose head has no ONNX"
                                + " form here; export the encoder alone");
        assertThat(heads.export(OnnxOptions.defaults().withEncoderAlone(true), change).outputs)
                .hasSize(2);
    }

    @Test
    void aHeadThatTheCheckpointLacksIsNotDrawn() {
        heads.weights.remove("classifier.dense.weight");

        assertThatThrownBy(() -> heads.export(OnnxOptions.defaults()))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining(
                        "config.json promises XLMRobertaForSequenceClassification, but the"
                                + " checkpoint has no classifier.dense.weight; fine-tune it first, or"
                                + " export the encoder alone");
        assertThat(heads.output).doesNotExist();
    }

    @Test
    void aWeightThatIsTooLargeForHalvesIsNamed() {
        Tensor matrix = heads.weights.get("classifier.out_proj.weight");
        float[] values = matrix.toArray();
        values[5] = 70000;
        heads.weights.put("classifier.out_proj.weight", Tensor.of(matrix.shape(), values));

        assertThatThrownBy(() -> heads.export(OnnxOptions.defaults().withWeightType(DType.F16)))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining(
                        "classifier.out_proj.weight.transposed holds 70000.0, and the largest"
                                + " float16 is 65504; export float32 weights");
        assertThat(heads.output.resolve("model.onnx")).doesNotExist();
    }

    @Test
    void oneFileLeavesNoWeightsOfAnEarlierModelBeside() throws IOException {
        heads.export(OnnxOptions.defaults().withPlace(WeightPlace.BESIDE));
        heads.export(OnnxOptions.defaults());

        assertThat(heads.output.resolve("model.onnx.data")).doesNotExist();
    }

    private static double[] doubles(long[] values) {
        return Arrays.stream(values).asDoubleStream().toArray();
    }
}
