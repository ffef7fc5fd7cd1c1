package xlmr.golden;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import xlmr.checkpoint.Checkpoint;
import xlmr.checkpoint.SafetensorsWriter;
import xlmr.model.Task;
import xlmr.model.XlmRobertaConfig;
import xlmr.onnx.OnnxExport;
import xlmr.onnx.OnnxOptions;
import xlmr.tensor.Shape;
import xlmr.tensor.Tensor;

/// A checkpoint of the base model with the heads of all tasks: each export takes what it needs.
final class EveryHead {
    static final int HIDDEN = 48;
    static final int VOCABULARY = 322;

    final Map<String, Tensor> weights = new TreeMap<>();
    final Path model;
    final Path output;

    /// @param folder for the checkpoint and what is made of it
    EveryHead(Path folder) {
        model = folder.resolve("model");
        output = folder.resolve("output");
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

    /// Exports the model of a task.
    OnnxModel export(Task task, OnnxOptions options) throws IOException {
        if (task == Task.MULTIPLE_CHOICE) {
            linear("classifier", 1);
        }
        return export(
                options,
                config ->
                        config.withArchitecture(task.architecture())
                                .with("is_decoder", task == Task.CAUSAL_LM));
    }

    /// Exports the sequence classifier.
    OnnxModel export(OnnxOptions options) throws IOException {
        return export(options, config -> config);
    }

    /// Exports the model of a changed configuration.
    OnnxModel export(OnnxOptions options, UnaryOperator<XlmRobertaConfig> change)
            throws IOException {
        OnnxExport.write(write(change), output, options);
        return OnnxModel.read(output.resolve("model.onnx"));
    }

    /// Writes the checkpoint, by default that of a sequence classifier of three labels.
    Path write(UnaryOperator<XlmRobertaConfig> change) throws IOException {
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
}
