package xlmr.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import xlmr.hub.RepositoryName;

/// Decides whether a `--model` that is no directory means a model on the Hub. A mistyped path must
/// not become a request to a server, so a text is taken as a name only if it can hardly mean
/// something else.
final class HubModelName {
    /// In front of a name it says that the Hub is meant.
    static final String SCHEME = "hf://";

    /// Of the names without an organization on the Hub these are the ones of this architecture.
    private static final String OLD_NAMES = "xlm-roberta-";

    private HubModelName() {}

    /// The name on the Hub.
    ///
    /// @param given what is neither a directory nor a file
    /// @param withRevision whether a revision was asked for, as only the Hub has it
    /// @throws CommandException if a directory was meant
    static String of(String given, boolean withRevision) {
        if (given.startsWith(SCHEME)) {
            return new RepositoryName(given.substring(SCHEME.length())).value();
        }
        if (!RepositoryName.isValid(given)) {
            throw new CommandException(
                    "--model %s: no such directory, and no name of a model on the Hub either"
                            .formatted(given));
        }
        int slash = given.indexOf('/');
        if (withRevision || slash < 0 && given.startsWith(OLD_NAMES)) {
            return given;
        }
        if (slash < 0) {
            throw new CommandException(
                    "--model %s: no such directory; for a model of that name on the Hub give --model %s%s"
                            .formatted(given, SCHEME, given));
        }
        String parent = given.substring(0, slash);
        if (Files.isDirectory(Path.of(parent))) {
            throw new CommandException(
                    "--model %s: no such directory in %s; for a model of that name on the Hub give --model %s%s"
                            .formatted(given, parent, SCHEME, given));
        }
        return given;
    }
}
