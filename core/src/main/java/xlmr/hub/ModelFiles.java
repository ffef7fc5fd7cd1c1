package xlmr.hub;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import xlmr.checkpoint.CheckpointException;
import xlmr.checkpoint.JsonDocument;

/// Which files of a repository make a model: not everything that lies there, which is often the
/// same weights in five formats.
final class ModelFiles {
    private static final String CONFIG = "config.json";
    private static final String ADAPTER_CONFIG = "adapter_config.json";
    private static final String INDEX = ".index.json";
    private static final int MOST_SHARDS = 10_000;

    /// The first that is there is taken, as in transformers.
    private static final List<String> WEIGHTS =
            List.of(
                    "model.safetensors",
                    "model.safetensors.index.json",
                    "pytorch_model.bin",
                    "pytorch_model.bin.index.json",
                    "tf_model.h5",
                    "tf_model.h5.index.json");

    private static final List<String> ADAPTER_WEIGHTS =
            List.of("adapter_model.safetensors", "adapter_model.bin");

    private static final List<String> VOCABULARIES =
            List.of("tokenizer.json", "sentencepiece.bpe.model");

    private static final List<String> TOKENIZER_SETTINGS =
            List.of("tokenizer_config.json", "special_tokens_map.json", "added_tokens.json");

    private static final String MODULES = "modules.json";

    private static final List<String> SENTENCE_TRANSFORMERS =
            List.of("sentence_bert_config.json", "config_sentence_transformers.json");

    private ModelFiles() {}

    /// Asks a snapshot for all files of a model, weights last.
    ///
    /// @return what is missing, in words; empty if the model is whole
    static Optional<String> whole(Snapshot snapshot) {
        boolean adapter = false;
        if (snapshot.find(CONFIG).isEmpty()) {
            adapter = snapshot.find(ADAPTER_CONFIG).isPresent();
            if (!adapter) {
                return Optional.of("neither %s nor %s".formatted(CONFIG, ADAPTER_CONFIG));
            }
        }
        VOCABULARIES.forEach(snapshot::find);
        TOKENIZER_SETTINGS.forEach(snapshot::find);
        Optional<String> module = modules(snapshot);
        return module.isPresent() ? module : weights(snapshot, adapter ? ADAPTER_WEIGHTS : WEIGHTS);
    }

    /// Asks a snapshot for what a tokenizer needs.
    ///
    /// @return what is missing, in words
    static Optional<String> tokenizer(Snapshot snapshot) {
        snapshot.find(CONFIG);
        TOKENIZER_SETTINGS.forEach(snapshot::find);
        long found = VOCABULARIES.stream().filter(file -> snapshot.find(file).isPresent()).count();
        return found > 0
                ? Optional.empty()
                : Optional.of("neither " + String.join(" nor ", VOCABULARIES));
    }

    private static Optional<String> weights(Snapshot snapshot, List<String> candidates) {
        for (String candidate : candidates) {
            Optional<Path> found = snapshot.find(candidate);
            if (found.isPresent()) {
                return candidate.endsWith(INDEX)
                        ? shards(snapshot, candidate, found.get())
                        : Optional.empty();
            }
        }
        return Optional.of("no weights (%s)".formatted(String.join(", ", candidates)));
    }

    private static Optional<String> shards(Snapshot snapshot, String index, Path file) {
        Set<String> names = new TreeSet<>();
        for (JsonNode name : JsonDocument.read(file).path("weight_map")) {
            names.add(name.asText());
            if (names.size() > MOST_SHARDS) {
                throw new CheckpointException(
                        file.toString(), "names more than %,d files".formatted(MOST_SHARDS));
            }
        }
        for (String name : names) {
            if (snapshot.find(name).isEmpty()) {
                return Optional.of("no %s, which %s names".formatted(name, index));
            }
        }
        return names.isEmpty()
                ? Optional.of("%s names no files".formatted(index))
                : Optional.empty();
    }

    /// The steps that sentence-transformers puts behind the encoder, each in a folder of its own.
    private static Optional<String> modules(Snapshot snapshot) {
        Optional<Path> modules = snapshot.find(MODULES);
        if (modules.isEmpty()) {
            return Optional.empty();
        }
        SENTENCE_TRANSFORMERS.forEach(snapshot::find);
        for (JsonNode module : JsonDocument.readArray(modules.get())) {
            String folder = module.path("path").asText();
            String type = module.path("type").asText();
            if (folder.isEmpty() || type.endsWith(".Normalize")) {
                continue;
            }
            if (snapshot.find(folder + "/" + CONFIG).isEmpty()) {
                return Optional.of("no %s/%s, which %s names".formatted(folder, CONFIG, MODULES));
            }
            if (type.endsWith(".Dense")
                    && snapshot.find(folder + "/model.safetensors").isEmpty()
                    && snapshot.find(folder + "/pytorch_model.bin").isEmpty()) {
                return Optional.of("no weights in %s, which %s names".formatted(folder, MODULES));
            }
        }
        return Optional.empty();
    }
}
