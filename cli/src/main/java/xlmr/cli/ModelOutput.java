package xlmr.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import xlmr.model.NamedHead;

/// The directory that a run fills with a model. The run writes beside it; what is finished moves
/// in, file by file, each by a rename. A run that fails before its first epoch is done leaves what
/// was there untouched.
final class ModelOutput implements AutoCloseable {
    private static final String CONFIG = "config.json";
    private static final String WEIGHTS = "model.safetensors";
    private static final String GRAPH = "model.onnx";
    private static final String GRAPH_WEIGHTS = "model.onnx.data";

    /// Weights as the reference names them, whole, in shards and their index.
    private static final Pattern WEIGHT_FILE =
            Pattern.compile(
                    "(model|pytorch_model|tf_model)(-\\d{5}-of-\\d{5})?\\.(safetensors|bin|h5)(\\.index\\.json)?");

    private final Path target;
    private final Path staging;
    private final StagingLock lock;
    private final Thread cleaning;

    private ModelOutput(Path target, Path staging) throws IOException {
        this.target = target;
        this.staging = staging;
        this.lock = StagingLock.hold(staging);
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
            String prefix = "." + absolute.getFileName() + ".new-";
            for (Path left : StagingLock.leftBehind(parent, prefix)) {
                delete(left);
            }
            Path staging = Files.createTempDirectory(parent, prefix);
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
                    "--output %s is the model that this starts from; give another directory"
                            .formatted(target));
        }
        boolean isModel =
                NamedHead.isIn(absolute)
                        || (Files.exists(absolute.resolve(CONFIG))
                                && (Files.exists(absolute.resolve(WEIGHTS))
                                        || Files.exists(absolute.resolve(GRAPH))));
        if (!isModel && !overwrite && !isEmpty(absolute)) {
            throw new CommandException(
                    ("--output %s holds files but no model; give another directory, or --overwrite"
                                    + " to write among them")
                            .formatted(target));
        }
    }

    private static boolean isEmpty(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            // The events of a run that did not get to the end of its first epoch are no loss.
            return files.allMatch(file -> file.endsWith("runs"));
        }
    }

    /// Where the run writes.
    Path staging() {
        return staging;
    }

    /// Moves what was written to the target: the weights last. Weights that were there under other
    /// names go, since a reader would take them for the new ones.
    void publish() {
        try {
            Files.createDirectories(target);
            List<Path> files = files(staging);
            for (Path file : files) {
                Path place = target.resolve(staging.relativize(file).toString());
                Files.createDirectories(place.resolveSibling("."));
                Files.move(
                        file,
                        place,
                        StandardCopyOption.ATOMIC_MOVE,
                        StandardCopyOption.REPLACE_EXISTING);
            }
            deleteOtherWeights(files.stream().map(Path::getFileName).collect(Collectors.toSet()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// All files below a directory, weights last.
    private static List<Path> files(Path directory) throws IOException {
        try (Stream<Path> written = Files.walk(directory)) {
            return written.filter(Files::isRegularFile)
                    .filter(file -> !StagingLock.isLock(file))
                    .sorted(
                            Comparator.comparing((Path file) -> file.endsWith(WEIGHTS))
                                    .thenComparing(file -> file.endsWith(GRAPH)))
                    .toList();
        }
    }

    private void deleteOtherWeights(Set<Path> written) throws IOException {
        if (written.contains(Path.of(GRAPH)) && !written.contains(Path.of(GRAPH_WEIGHTS))) {
            Files.deleteIfExists(target.resolve(GRAPH_WEIGHTS));
        }
        if (written.stream().noneMatch(name -> WEIGHT_FILE.matcher(name.toString()).matches())) {
            return;
        }
        List<Path> present;
        try (Stream<Path> files = Files.list(target)) {
            present = files.filter(Files::isRegularFile).toList();
        }
        for (Path file : present) {
            if (!written.contains(file.getFileName())
                    && WEIGHT_FILE.matcher(file.getFileName().toString()).matches()) {
                Files.delete(file);
            }
        }
    }

    @Override
    public void close() {
        deleteStaging();
        Runtime.getRuntime().removeShutdownHook(cleaning);
    }

    private void deleteStaging() {
        try {
            lock.close();
            delete(staging);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> rest = Files.walk(directory)) {
            for (Path file : rest.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
