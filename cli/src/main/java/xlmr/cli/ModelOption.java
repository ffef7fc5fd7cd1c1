package xlmr.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// `--model`, the same for every command that needs one.
final class ModelOption {
    @Option(
            names = "--model",
            paramLabel = "DIR",
            description =
                    "A model directory in Hugging Face's layout (config.json, model.safetensors, tokenizer"
                            + " files). Default: the small model that comes with xlmr.")
    private @Nullable Path directory;

    /// The directory, checked to be one.
    Path directory() {
        Path chosen = directory;
        if (chosen == null) {
            return EmbeddedFiles.model();
        }
        if (Files.isRegularFile(chosen)) {
            throw new CommandException(
                    "--model %s is a file; give the directory that holds it".formatted(chosen));
        }
        if (!Files.isDirectory(chosen)) {
            throw new CommandException("--model %s: no such directory".formatted(chosen));
        }
        return chosen;
    }

    /// Whether a model was named at all.
    boolean given() {
        return directory != null;
    }
}
