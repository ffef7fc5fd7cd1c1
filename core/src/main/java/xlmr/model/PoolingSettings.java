package xlmr.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;
import xlmr.checkpoint.CheckpointException;
import xlmr.checkpoint.JsonDocument;

/// What a sentence-transformers directory says beside the weights: how hidden states become one
/// vector, and what goes in front of a text.
///
/// The files: `modules.json` names the steps, `1_Pooling/config.json` the mode,
/// `sentence_bert_config.json` the length, `config_sentence_transformers.json` the prompts.
///
/// @param pooling of the hidden states of the last layer
/// @param normalize whether the vector is then scaled to length 1
/// @param maxTokens where texts are cut, or null for as many as the model has positions
/// @param prompts texts that go in front, by name: `query`, `passage`, ...
/// @param defaultPrompt name of the prompt that is taken if none is asked for, or null for none
public record PoolingSettings(
        Pooling pooling,
        boolean normalize,
        @Nullable Integer maxTokens,
        SequencedMap<String, String> prompts,
        @Nullable String defaultPrompt) {
    /// Lists the modules; whether a directory has it is how sentence-transformers knows its own.
    public static final String MODULES = "modules.json";

    /// Length and case of the text.
    public static final String TRANSFORMER = "sentence_bert_config.json";

    /// Prompts and versions.
    public static final String PROMPTS = "config_sentence_transformers.json";

    private static final String ENCODING = "feature-extraction";

    static final List<String> FLAGS_OF_OTHER_MODES =
            List.of(
                    "pooling_mode_mean_sqrt_len_tokens",
                    "pooling_mode_weightedmean_tokens",
                    "pooling_mode_lasttoken");

    /// Keeps its own copy of the prompts.
    public PoolingSettings {
        prompts = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(prompts));
    }

    /// Settings without prompts and with the model's own length.
    public static PoolingSettings of(Pooling pooling, boolean normalize) {
        return new PoolingSettings(pooling, normalize, null, new LinkedHashMap<>(), null);
    }

    /// The same with other prompts.
    public PoolingSettings withPrompts(SequencedMap<String, String> value) {
        return new PoolingSettings(pooling, normalize, maxTokens, value, defaultPrompt);
    }

    /// The same with another mode.
    public PoolingSettings withPooling(Pooling value) {
        return new PoolingSettings(value, normalize, maxTokens, prompts, defaultPrompt);
    }

    /// The same with or without normalization.
    public PoolingSettings withNormalize(boolean value) {
        return new PoolingSettings(pooling, value, maxTokens, prompts, defaultPrompt);
    }

    /// The settings of a directory; empty if it is not one of sentence-transformers.
    ///
    /// @throws CheckpointException if a file is damaged, or asks for a step or mode that is not
    ///   supported: to leave it out would be other vectors
    public static Optional<PoolingSettings> read(Path directory) {
        Path modules = directory.resolve(MODULES);
        if (!Files.isRegularFile(modules)) {
            return Optional.empty();
        }
        Pooling pooling = Pooling.MEAN;
        boolean normalize = false;
        Path encoder = encoderDirectory(directory);
        checkTransformer(encoder);
        for (JsonNode module : JsonDocument.readArray(modules)) {
            String type = module.path("type").asText();
            switch (type.substring(type.lastIndexOf('.') + 1)) {
                case "Transformer" -> {}
                case "Pooling" -> pooling = pooling(directory, modules, module);
                case "Normalize" -> {
                    checkNormalize(directory, modules, module);
                    normalize = true;
                }
                default ->
                        throw new CheckpointException(
                                modules.toString(),
                                "module \"%s\" is not supported".formatted(type),
                                "supported are Transformer, Pooling and Normalize");
            }
        }
        Path prompts = directory.resolve(PROMPTS);
        ObjectNode general =
                Files.isRegularFile(prompts) ? JsonDocument.read(prompts) : emptyObject();
        OptionalInt limit = TextLimit.read(encoder);
        return Optional.of(
                new PoolingSettings(
                        pooling,
                        normalize,
                        limit.isPresent() ? limit.getAsInt() : null,
                        texts(prompts, general),
                        defaultPrompt(general)));
    }

    /// Makes a sentence-transformers directory of one that holds a model: writes `modules.json` and
    /// the files that it names, in the form that all of its releases read.
    ///
    /// @param directory with the model's `config.json`
    /// @throws CheckpointException if that is missing, or a file cannot be written
    public void write(Path directory) {
        XlmRobertaConfig config = XlmRobertaConfig.read(directory.resolve("config.json"));
        new PoolingFiles(this, config).write(directory);
    }

    /// Where the encoder's own files lie: `config.json`, weights and tokenizer. That is the
    /// directory itself, or `0_Transformer` below it as the first releases of sentence-transformers
    /// wrote it.
    public static Path encoderDirectory(Path directory) {
        Path modules = directory.resolve(MODULES);
        if (!Files.isRegularFile(modules)) {
            return directory;
        }
        for (JsonNode module : JsonDocument.readArray(modules)) {
            if (module.path("type").asText().endsWith(".Transformer")) {
                return directory.resolve(plainPath(modules, module));
            }
        }
        return directory;
    }

    /// Refuses what would make other vectors than the plain encoder's.
    private static void checkTransformer(Path encoder) {
        Path file = encoder.resolve(TRANSFORMER);
        if (!Files.isRegularFile(file)) {
            return;
        }
        ObjectNode json = JsonDocument.read(file);
        String task = json.path("transformer_task").asText(ENCODING);
        if (!task.equals(ENCODING)) {
            throw new CheckpointException(
                    file.toString(),
                    "transformer_task is %s; expected %s".formatted(task, ENCODING),
                    task.equals("sequence-classification")
                            ? "this is a cross-encoder, which scores pairs and has no embeddings"
                            : "");
        }
        if (json.path("do_lower_case").asBoolean(false)) {
            throw new CheckpointException(
                    file.toString(), "do_lower_case is true, which is not supported");
        }
    }

    private static void checkNormalize(Path directory, Path modules, JsonNode module) {
        Path file = directory.resolve(plainPath(modules, module)).resolve("config.json");
        if (!plainPath(modules, module).isEmpty() && Files.isRegularFile(file)) {
            String input =
                    JsonDocument.read(file).path("module_input_name").asText("sentence_embedding");
            if (!input.equals("sentence_embedding")) {
                throw new CheckpointException(
                        file.toString(),
                        "normalizes %s; supported is sentence_embedding".formatted(input));
            }
        }
    }

    private static Pooling pooling(Path directory, Path modules, JsonNode module) {
        Path file = directory.resolve(plainPath(modules, module)).resolve("config.json");
        ObjectNode json = JsonDocument.read(file);
        if (!json.path("include_prompt").asBoolean(true)) {
            throw new CheckpointException(
                    file.toString(), "include_prompt is false, which is not supported");
        }
        List<String> modes = new ArrayList<>();
        JsonNode named = json.path("pooling_mode");
        if (named.isTextual()) {
            modes.add(named.textValue());
        } else if (named.isArray()) {
            named.forEach(mode -> modes.add(mode.asText()));
        } else {
            for (Pooling mode : Pooling.values()) {
                if (json.path(mode.flag()).asBoolean(false)) {
                    modes.add(mode.word());
                }
            }
            FLAGS_OF_OTHER_MODES.stream()
                    .filter(flag -> json.path(flag).asBoolean(false))
                    .forEach(modes::add);
        }
        if (modes.isEmpty()) {
            return Pooling.MEAN; // what sentence-transformers does
        }
        if (modes.size() > 1) {
            throw new CheckpointException(
                    file.toString(),
                    "several pooling modes (%s); expected one".formatted(String.join(", ", modes)));
        }
        return Pooling.named(modes.getFirst())
                .orElseThrow(
                        () ->
                                new CheckpointException(
                                        file.toString(),
                                        "pooling \"%s\" is not supported"
                                                .formatted(modes.getFirst()),
                                        "supported are cls, mean and max"));
    }

    /// A directory below, as `1_Pooling`: no way out of the model's own.
    private static String plainPath(Path modules, JsonNode module) {
        String path = module.path("path").asText();
        if (path.chars().anyMatch(c -> c == '/' || c == '\\' || c == ':' || c < ' ')
                || path.equals("..")) {
            throw new CheckpointException(
                    modules.toString(),
                    "module path \"%s\"; expected the name of a directory beside it"
                            .formatted(path));
        }
        return path;
    }

    private static SequencedMap<String, String> texts(Path file, ObjectNode json) {
        SequencedMap<String, String> prompts = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> prompt : json.path("prompts").properties()) {
            if (!prompt.getValue().isTextual()) {
                throw new CheckpointException(
                        file.toString(),
                        "prompt \"%s\" is %s; expected a text"
                                .formatted(prompt.getKey(), prompt.getValue()));
            }
            prompts.put(prompt.getKey(), prompt.getValue().textValue());
        }
        return prompts;
    }

    private static @Nullable String defaultPrompt(ObjectNode json) {
        JsonNode name = json.path("default_prompt_name");
        return name.isTextual() ? name.textValue() : null;
    }

    private static ObjectNode emptyObject() {
        return JsonDocument.parse("no file", "{}");
    }
}
