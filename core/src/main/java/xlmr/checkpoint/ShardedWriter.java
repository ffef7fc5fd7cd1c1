package xlmr.checkpoint;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import xlmr.tensor.DType;
import xlmr.tensor.Tensor;

/// Writes a checkpoint as one safetensors file or, above a size, as several with an index, split
/// and named as the reference does (huggingface_hub/serialization/_base.py): in the order in which
/// arrays were added, a new shard before the one that would be too large; an array that is too
/// large by itself gets a shard of its own.
///
/// Arrays are read while they are written, and what is mapped does not stay in memory, see
/// [SafetensorsWriter].
public final class ShardedWriter {
    private final long largestShard;
    private final List<Array> arrays = new ArrayList<>();

    private record Array(String name, DType dtype, Tensor tensor) {
        long elements() {
            return tensor.shape().elements();
        }

        long bytes() {
            return elements() * dtype.bytes();
        }
    }

    /// @param largestShard in bytes of elements
    public ShardedWriter(long largestShard) {
        if (largestShard < 1) {
            throw new IllegalArgumentException(
                    "shards of %d bytes; expected at least 1".formatted(largestShard));
        }
        this.largestShard = largestShard;
    }

    /// Adds a tensor, rounded to a floating-point type.
    public void add(String name, DType dtype, Tensor tensor) {
        arrays.add(new Array(name, dtype, tensor));
    }

    /// Writes all files.
    ///
    /// @return those that hold arrays, in order
    /// @throws CheckpointException if one cannot be written
    public List<Path> write(Path directory) {
        List<List<Array>> shards = shards();
        if (shards.size() == 1) {
            return List.of(write(directory, CheckpointFiles.SINGLE, shards.getFirst()));
        }
        List<Path> files = new ArrayList<>();
        Map<String, String> places = new TreeMap<>();
        for (int i = 0; i < shards.size(); i++) {
            String name = "model-%05d-of-%05d.safetensors".formatted(i + 1, shards.size());
            files.add(write(directory, name, shards.get(i)));
            shards.get(i).forEach(array -> places.put(array.name(), name));
        }
        ObjectNode index = JsonNodeFactory.instance.objectNode();
        index.putObject("metadata")
                .put("total_parameters", arrays.stream().mapToLong(Array::elements).sum())
                .put("total_size", arrays.stream().mapToLong(Array::bytes).sum());
        ObjectNode map = index.putObject("weight_map");
        places.forEach(map::put);
        JsonDocument.write(directory.resolve(CheckpointFiles.INDEX), index);
        return files;
    }

    private List<List<Array>> shards() {
        List<List<Array>> shards = new ArrayList<>();
        List<Array> current = new ArrayList<>();
        long size = 0;
        for (Array array : arrays) {
            if (array.bytes() > largestShard) {
                shards.add(List.of(array));
                continue;
            }
            if (size + array.bytes() > largestShard) {
                shards.add(current);
                current = new ArrayList<>();
                size = 0;
            }
            current.add(array);
            size += array.bytes();
        }
        if (!current.isEmpty() || shards.isEmpty()) {
            shards.add(current);
        }
        return shards;
    }

    private static Path write(Path directory, String name, List<Array> arrays) {
        SafetensorsWriter writer = new SafetensorsWriter().metadata("format", "pt");
        arrays.forEach(array -> writer.add(array.name(), array.dtype(), array.tensor()));
        Path file = directory.resolve(name);
        writer.write(file);
        return file;
    }
}
