package xlmr.cli;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import xlmr.hub.Hub;

/// `--model` and `--revision`, the same for every command that needs a model.
final class ModelOption {
    @Option(
            names = "--model",
            paramLabel = "DIR|NAME",
            description =
                    "A model directory in Hugging Face's layout (config.json, model.safetensors,"
                            + " tokenizer files), or the name of a model on the Hugging Face Hub,"
                            + " ORGANIZATION/NAME or hf://NAME. Default: the small model that comes"
                            + " with xlmr.")
    private @Nullable String model;

    @Option(
            names = "--revision",
            paramLabel = "REVISION",
            description = "Branch, tag or commit of a model on the Hub. Default: main.")
    private @Nullable String revision;

    /// As if `--model` had been this.
    static ModelOption named(String model) {
        ModelOption option = new ModelOption();
        option.model = model;
        return option;
    }

    /// The directory; of a model on the Hub the one in the cache, where its files are fetched to
    /// first.
    Path directory(Streams streams) {
        return directory(streams, Hub::model);
    }

    /// The directory, in which only the tokenizer has to be.
    Path tokenizerDirectory(Streams streams) {
        return directory(streams, Hub::tokenizer);
    }

    /// The directory, in which something is going to be written, so that it has to be one of the
    /// user's own.
    ///
    /// @param option that asks for it, named in messages
    Path ownDirectory(String option) {
        Path path = model == null ? null : path(model);
        if (path == null || !Files.isDirectory(path)) {
            throw new CommandException(
                    "%s is saved beside the encoder; give its directory with --model DIR%s"
                            .formatted(option, model == null ? "" : ", " + model + " is none"));
        }
        return path;
    }

    /// What to call it in a report: its name on the Hub, or that of its directory.
    String name() {
        if (model == null) {
            return "the small model that comes with xlmr";
        }
        if (!isOnHub()) {
            return ShortName.of(Path.of(model));
        }
        return model.startsWith(HubModelName.SCHEME)
                ? model.substring(HubModelName.SCHEME.length())
                : model;
    }

    /// Whether it is a model on the Hub.
    boolean isOnHub() {
        if (model == null) {
            return false;
        }
        Path path = path(model);
        return path == null || !Files.isDirectory(path);
    }

    /// Whether a model was named at all.
    boolean given() {
        return model != null;
    }

    /// Whether a directory was named as such, and is not that of the embedded model or of one that
    /// was fetched.
    boolean isNamedDirectory(Path directory) {
        return model != null && directory.equals(path(model));
    }

    /// Fetches the files that are needed.
    @FunctionalInterface
    private interface Fetch {
        Path from(Hub hub, String name, String revision);
    }

    private Path directory(Streams streams, Fetch fetch) {
        String chosen = model;
        if (chosen == null) {
            if (revision != null) {
                throw new CommandException(
                        "--revision %s: give the model on the Hub with --model NAME, too"
                                .formatted(revision));
            }
            return EmbeddedFiles.model();
        }
        Path path = path(chosen);
        if (path != null && Files.isRegularFile(path)) {
            throw new CommandException(
                    "--model %s is a file; give the directory that holds it".formatted(chosen));
        }
        if (path != null && Files.isDirectory(path)) {
            if (revision != null) {
                throw new CommandException(
                        "--revision %s: %s is a directory here, which has no revisions; for the model of that name on the Hub give --model %s%s"
                                .formatted(revision, chosen, HubModelName.SCHEME, chosen));
            }
            return path;
        }
        String name = HubModelName.of(chosen, revision != null);
        try (HubDownload download = new HubDownload(streams)) {
            return fetch.from(
                    download.hub(), name, revision == null ? Hub.DEFAULT_REVISION : revision);
        }
    }

    private static @Nullable Path path(String text) {
        try {
            return Path.of(text);
        } catch (InvalidPathException e) {
            return null;
        }
    }
}
