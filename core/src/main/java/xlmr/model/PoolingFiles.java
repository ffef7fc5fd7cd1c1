package xlmr.model;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import xlmr.checkpoint.CheckpointException;
import xlmr.checkpoint.JsonDocument;

/// The files of a sentence-transformers directory, beside the model's own. Field and module names
/// are those of the second release, which the sixth understands too.
record PoolingFiles(PoolingSettings settings, XlmRobertaConfig config) {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    private static final String POOLING = "1_Pooling";
    private static final String NORMALIZE = "2_Normalize";

    void write(Path directory) {
        write(directory.resolve(PoolingSettings.TRANSFORMER), transformer());
        write(directory.resolve(PoolingSettings.PROMPTS), prompts());
        write(directory.resolve(POOLING).resolve("config.json"), pooling());
        if (settings.normalize()) {
            ObjectNode normalize = JSON.objectNode();
            normalize.put("module_input_name", "sentence_embedding");
            normalize.put("module_output_name", "sentence_embedding");
            write(directory.resolve(NORMALIZE).resolve("config.json"), normalize);
        }
        // Last, since a directory with this file is taken to have the others.
        JsonDocument.write(directory.resolve(PoolingSettings.MODULES), modules());
    }

    private ArrayNode modules() {
        ArrayNode modules = JSON.arrayNode();
        module(modules, "", "Transformer");
        module(modules, POOLING, "Pooling");
        if (settings.normalize()) {
            module(modules, NORMALIZE, "Normalize");
        }
        return modules;
    }

    private static void module(ArrayNode modules, String path, String type) {
        int index = modules.size();
        modules.addObject()
                .put("idx", index)
                .put("name", Integer.toString(index))
                .put("path", path)
                .put("type", "sentence_transformers.models." + type);
    }

    /// The length is always stated: without it the library takes the number of position rows, which
    /// is more than this family has places for.
    private ObjectNode transformer() {
        Integer stated = settings.maxTokens();
        int most = config.maxTokens();
        ObjectNode json = JSON.objectNode();
        json.put("max_seq_length", stated == null ? most : Math.min(stated, most));
        json.put("do_lower_case", false);
        return json;
    }

    private ObjectNode prompts() {
        ObjectNode json = JSON.objectNode();
        json.put("model_type", "SentenceTransformer");
        ObjectNode texts = json.putObject("prompts");
        settings.prompts().forEach(texts::put);
        json.put("default_prompt_name", settings.defaultPrompt());
        json.put("similarity_fn_name", "cosine");
        return json;
    }

    private ObjectNode pooling() {
        ObjectNode json = JSON.objectNode();
        json.put("word_embedding_dimension", config.hiddenSize());
        for (Pooling mode : Pooling.values()) {
            json.put(mode.flag(), mode == settings.pooling());
        }
        PoolingSettings.FLAGS_OF_OTHER_MODES.forEach(flag -> json.put(flag, false));
        json.put("include_prompt", true);
        return json;
    }

    private static void write(Path file, ObjectNode json) {
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
        } catch (IOException e) {
            throw CheckpointException.of(file, e);
        }
        JsonDocument.write(file, json);
    }
}
