package xlmr.train;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Set;
import xlmr.autograd.Parameter;
import xlmr.checkpoint.JsonDocument;
import xlmr.checkpoint.SafetensorsWriter;
import xlmr.model.LoraModel;
import xlmr.model.LoraSettings;
import xlmr.model.TaskModel;
import xlmr.tensor.Tensor;

/// Writes the adapters of a model and its head as a directory that PEFT loads:
/// `adapter_config.json` and `adapter_model.safetensors`; and `config.json`, for the names of the
/// labels, which PEFT leaves alone.
///
/// @param directory is made if it is missing
/// @param base the model that the adapter belongs to, as PEFT shall find it
public record AdapterWriter(Path directory, String base) {
    private static final String PREFIX = "base_model.model.";

    /// Writes everything; what is there of the same names is replaced.
    ///
    /// @param model with adapters
    public void write(TaskModel model, LoraSettings settings) {
        try {
            Files.createDirectories(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "%s: cannot write the adapter: %s".formatted(directory, e.getMessage()), e);
        }
        SafetensorsWriter writer = new SafetensorsWriter().metadata("format", "pt");
        for (Parameter parameter : model.encoder().parameters()) {
            if (LoraModel.isAdapter(parameter.name())) {
                add(writer, parameter);
            }
        }
        Set<String> modules = new LinkedHashSet<>();
        for (Parameter parameter : model.head().parameters()) {
            add(writer, parameter);
            modules.add(module(parameter.name()));
        }
        writer.write(directory.resolve("adapter_model.safetensors"));
        model.config().write(directory.resolve("config.json"));
        JsonDocument.write(
                directory.resolve("adapter_config.json"), json(model, settings, modules));
    }

    private static void add(SafetensorsWriter writer, Parameter parameter) {
        writer.add(
                PREFIX + parameter.name(),
                Tensor.of(parameter.shape(), parameter.value().toArray())); // [as the parameter]
    }

    /// The module of a head that PEFT saves as a whole: `classifier` of
    /// `classifier.out_proj.weight`, `pooler` of `roberta.pooler.dense.weight`.
    private static String module(String name) {
        String own = name.startsWith("roberta.") ? name.substring("roberta.".length()) : name;
        return own.substring(0, own.indexOf('.'));
    }

    private ObjectNode json(TaskModel model, LoraSettings settings, Set<String> modules) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("peft_type", "LORA");
        String type =
                switch (model.task()) {
                    case SEQUENCE_CLASSIFICATION -> "SEQ_CLS";
                    case TOKEN_CLASSIFICATION -> "TOKEN_CLS";
                    case QUESTION_ANSWERING -> "QUESTION_ANS";
                    case MASKED_LM, CAUSAL_LM, MULTIPLE_CHOICE -> null;
                };
        json.put("task_type", type)
                .put("base_model_name_or_path", base)
                .put("inference_mode", true)
                .put("r", settings.rank())
                .put("lora_alpha", settings.alpha())
                .put("lora_dropout", settings.dropout())
                .put("bias", "none")
                .put("fan_in_fan_out", false)
                .put("init_lora_weights", true)
                .put("use_rslora", false)
                .put("use_dora", false);
        ArrayNode targets = json.putArray("target_modules");
        settings.targets().forEach(targets::add);
        ArrayNode saved = json.putArray("modules_to_save");
        modules.forEach(saved::add);
        return json;
    }
}
