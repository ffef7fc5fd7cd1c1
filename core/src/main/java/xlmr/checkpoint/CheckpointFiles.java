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

    private static final List<String> UNSUPPORTED =
            List.of(
                    "pytorch_model.bin",
                    "pytorch_model.bin.index.json",
                    "tf_model.h5",
                    "tf_model.h5.index.json",
                    "flax_model.msgpack",
                    "model.onnx");
    private static final String REMEDY = "supported are %s and %s".formatted(SINGLE, INDEX);

    private CheckpointFiles() {}

    static Checkpoint open(Path path) {
        if (Files.isDirectory(path)) {
            return openDirectory(path);
        }
        if (!Files.exists(path)) {
            throw new CheckpointException(
                    path.toString(), "does not exist", "give a checkpoint's directory or file");
        }
        ContainerKind kind = ContainerKind.of(path);
        return switch (kind) {
            case SAFETENSORS_INDEX -> ShardedCheckpoint.open(path);
            case PYTORCH, HDF5 ->
                    throw new CheckpointException(
                            path.toString(),
                            "is %s, which is not supported".formatted(kind.words()),
                            REMEDY);
            case SAFETENSORS, OTHER -> SafetensorsFile.open(path);
        };
    }

    private static Checkpoint openDirectory(Path directory) {
        // The order of the reference: a single file wins over an index.
        Path single = directory.resolve(SINGLE);
        if (Files.isRegularFile(single)) {
            return SafetensorsFile.open(single);
        }
        Path index = directory.resolve(INDEX);
        if (Files.isRegularFile(index)) {
            return ShardedCheckpoint.open(index);
        }
        List<String> found =
                UNSUPPORTED.stream().filter(name -> Files.exists(directory.resolve(name))).toList();
        if (!found.isEmpty()) {
            throw new CheckpointException(
                    directory.toString(),
                    "holds %s, which is not supported".formatted(String.join(", ", found)),
                    REMEDY);
        }
        List<String> others = otherSafetensors(directory);
        if (!others.isEmpty()) {
            throw new CheckpointException(
                    directory.toString(),
                    "no %s, but %s".formatted(SINGLE, String.join(", ", others)),
                    "open a file by its own name");
        }
        throw new CheckpointException(
                directory.toString(), "no checkpoint in this directory", REMEDY);
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
