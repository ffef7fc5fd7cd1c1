package xlmr.checkpoint;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/// Finds the checkpoint in a directory, under the file names of the reference
/// (transformers/utils/__init__.py).
final class CheckpointFiles {
    static final String SINGLE = "model.safetensors";
    static final String INDEX = "model.safetensors.index.json";

    /// In the order in which they are looked for.
    private static final List<String> SUPPORTED =
            List.of(
                    SINGLE,
                    INDEX,
                    "pytorch_model.bin",
                    "pytorch_model.bin.index.json",
                    "tf_model.h5",
                    "tf_model.h5.index.json");

    private static final List<String> UNSUPPORTED = List.of("flax_model.msgpack", "model.onnx");
    private static final String REMEDY = "supported are " + String.join(", ", SUPPORTED);

    private CheckpointFiles() {}

    static Checkpoint open(Path path) {
        if (!Files.exists(path)) {
            throw new CheckpointException(
                    path.toString(), "does not exist", "give a checkpoint's directory or file");
        }
        Path file = Files.isDirectory(path) ? locate(path) : path;
        ContainerKind kind = ContainerKind.of(file);
        return kind.isIndex() ? ShardedCheckpoint.open(file) : openFile(file, kind);
    }

    /// Opens a file of weights, which an index is not.
    static Checkpoint openFile(Path file) {
        return openFile(file, ContainerKind.of(file));
    }

    private static Checkpoint openFile(Path file, ContainerKind kind) {
        return switch (kind) {
            case SAFETENSORS, OTHER -> SafetensorsFile.open(file);
            case PYTORCH -> PyTorchFile.open(file);
            case HDF5 -> Hdf5File.open(file);
            case SAFETENSORS_INDEX, PYTORCH_INDEX, HDF5_INDEX ->
                    throw new CheckpointException(
                            file.toString(), "is %s; expected weights".formatted(kind.words()));
        };
    }

    static boolean existsIn(Path directory) {
        return !present(directory, SUPPORTED).isEmpty();
    }

    static Path locate(Path directory) {
        List<String> found = present(directory, SUPPORTED);
        if (!found.isEmpty()) {
            return directory.resolve(found.getFirst());
        }
        List<String> others = present(directory, UNSUPPORTED);
        if (!others.isEmpty()) {
            throw new CheckpointException(
                    directory.toString(),
                    "holds %s, which is not supported".formatted(String.join(", ", others)),
                    REMEDY);
        }
        List<String> named = otherSafetensors(directory);
        if (!named.isEmpty()) {
            throw new CheckpointException(
                    directory.toString(),
                    "no %s, but %s".formatted(SINGLE, String.join(", ", named)),
                    "open a file by its own name");
        }
        throw new CheckpointException(
                directory.toString(), "no checkpoint in this directory", REMEDY);
    }

    private static List<String> present(Path directory, List<String> names) {
        return names.stream().filter(name -> Files.isRegularFile(directory.resolve(name))).toList();
    }

    private static List<String> otherSafetensors(Path directory) {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".safetensors"))
                    .sorted()
                    .limit(5)
                    .toList();
        } catch (IOException e) {
            throw CheckpointException.of(directory, e);
        }
    }
}
