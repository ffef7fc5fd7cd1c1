package xlmr.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/// The directory that a training run fills. The run writes beside it; what is finished moves in,
/// file by file, each by a rename. A run that fails before its first epoch is done leaves what was
/// there untouched.
final class ModelOutput implements AutoCloseable {
    private static final String CONFIG = "config.json";
    private static final String WEIGHTS = "model.safetensors";

    private final Path target;
    private final Path staging;
    private final Thread cleaning;

    private ModelOutput(Path target, Path staging) {
        this.target = target;
        this.staging = staging;
        this.cleaning = new Thread(this::deleteStaging);
        Runtime.getRuntime().addShutdownHook(cleaning); // for a run that is stopped by Ctrl-C
    }

    /// Checks that a model may be put there, and prepares a place to write it first.
    ///
    /// @param overwrite whether a directory may be written to that holds something, but no model
    static ModelOutput open(Path target, Path startModel, boolean overwrite) {
        Path absolute = target.toAbsolutePath().normalize();
        try {
            if (Files.exists(absolute)) {
                check(target, absolute, startModel, overwrite);
            }
            Path parent = absolute.getParent();
            if (parent == null) {
                throw new CommandException(
                        "--output %s: cannot be a root directory".formatted(target));
            }
            Files.createDirectories(parent);
            Path staging =
                    Files.createTempDirectory(parent, "." + absolute.getFileName() + ".new-");
            return new ModelOutput(absolute, staging);
        } catch (IOException e) {
            throw new CommandException("--output %s: %s".formatted(target, Failures.message(e)), e);
        }
    }

    private static void check(Path target, Path absolute, Path startModel, boolean overwrite)
            throws IOException {
        if (!Files.isDirectory(absolute)) {
            throw new CommandException("--output %s is a file; give a directory".formatted(target));
        }
        if (Files.isSameFile(absolute, startModel)) {
            throw new CommandException(
                    "--output %s is the model that training starts from; give another directory"
                            .formatted(target));
        }
        boolean isModel =
                Files.exists(absolute.resolve(CONFIG)) && Files.exists(absolute.resolve(WEIGHTS));
        if (!isModel && !overwrite && !isEmpty(absolute)) {
            throw new CommandException(
                    ("--output %s holds files but no model; give another directory, or --overwrite to write"
                                    + " among them")
                            .formatted(target));
        }
    }

    private static boolean isEmpty(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.findAny().isEmpty();
        }
    }

    /// Where the run writes.
    Path staging() {
        return staging;
    }

    /// Moves what was written to the target: the weights last.
    void publish() {
        try {
            Files.createDirectories(target);
            List<Path> files;
            try (Stream<Path> written = Files.list(staging)) {
                files =
                        written.sorted(Comparator.comparing(file -> file.endsWith(WEIGHTS)))
                                .toList();
            }
            for (Path file : files) {
                Files.move(
                        file,
                        target.resolve(file.getFileName()),
                        StandardCopyOption.ATOMIC_MOVE,
                        StandardCopyOption.REPLACE_EXISTING);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        deleteStaging();
        Runtime.getRuntime().removeShutdownHook(cleaning);
    }

    private void deleteStaging() {
        try (Stream<Path> rest = Files.list(staging)) {
            for (Path file : rest.toList()) {
                Files.delete(file);
            }
            Files.delete(staging);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
