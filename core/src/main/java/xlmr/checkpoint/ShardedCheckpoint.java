package xlmr.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Map.Entry;
import java.util.SequencedMap;
import java.util.SequencedSet;
import xlmr.tensor.Tensor;

/// Several files with an index, `{"weight_map": {name: file}}`, each of any container. Names that a
/// shard holds beyond the index are not part of the checkpoint.
public final class ShardedCheckpoint implements Checkpoint {
    private static final String WEIGHT_MAP = "weight_map";

    private final Path index;
    private final SequencedMap<String, Checkpoint> shards;
    private final Map<String, String> metadata;

    private ShardedCheckpoint(
            Path index, SequencedMap<String, Checkpoint> shards, Map<String, String> metadata) {
        this.index = index;
        this.shards = Collections.unmodifiableSequencedMap(shards);
        this.metadata = Collections.unmodifiableMap(metadata);
    }

    /// Reads an index and opens all shards, which must lie beside it.
    ///
    /// @throws CheckpointException if the index or a shard is damaged, a shard is missing or lies
    ///   elsewhere, or a name is not in its shard
    public static ShardedCheckpoint open(Path index) {
        ObjectNode json = JsonDocument.read(index);
        if (!(json.get(WEIGHT_MAP) instanceof ObjectNode weights) || weights.isEmpty()) {
            JsonNode found = json.get(WEIGHT_MAP);
            throw new CheckpointException(
                    index.toString(),
                    "\"%s\" %s; expected an object of names to shards"
                            .formatted(WEIGHT_MAP, found == null ? "is missing" : "is " + found));
        }
        Map<String, Checkpoint> files = new LinkedHashMap<>();
        SequencedMap<String, Checkpoint> shards = new LinkedHashMap<>();
        for (Entry<String, JsonNode> weight : weights.properties()) {
            String file = shardName(index, weight.getKey(), weight.getValue());
            Checkpoint shard = files.computeIfAbsent(file, name -> openShard(index, name));
            // TensorFlow's variables are called otherwise by the shards themselves.
            String name =
                    shard.contains(weight.getKey())
                            ? weight.getKey()
                            : TensorFlowName.of(weight.getKey()).name();
            if (!shard.contains(name)) {
                throw new CheckpointException(
                        index.toString(),
                        "tensor '%s' is not in its shard %s".formatted(weight.getKey(), file),
                        "index and shards are of different checkpoints; fetch them again");
            }
            shards.put(name, shard);
        }
        Map<String, String> metadata = new LinkedHashMap<>();
        files.values().forEach(shard -> metadata.putAll(shard.metadata()));
        return new ShardedCheckpoint(index, shards, metadata);
    }

    // A plain name: no directory, no drive, no way up.
    private static String shardName(Path index, String tensor, JsonNode value) {
        String name = value.isTextual() ? value.textValue() : "";
        boolean plain =
                !name.isEmpty()
                        && !name.equals(".")
                        && !name.equals("..")
                        && name.chars()
                                .noneMatch(c -> c == '/' || c == '\\' || c == ':' || c < ' ');
        if (!plain) {
            throw new CheckpointException(
                    index.toString(),
                    "tensor '%s': shard %s; expected the name of a file in the index's directory"
                            .formatted(tensor, value));
        }
        return name;
    }

    private static Checkpoint openShard(Path index, String name) {
        Path file = index.resolveSibling(name);
        if (!Files.isRegularFile(file)) {
            throw new CheckpointException(
                    index.toString(), "shard %s is missing".formatted(name), "fetch it too");
        }
        return CheckpointFiles.openFile(file);
    }

    @Override
    public SequencedSet<String> names() {
        return shards.sequencedKeySet();
    }

    @Override
    public TensorInfo info(String name) {
        return shard(name).info(name);
    }

    @Override
    public Tensor tensor(String name) {
        return shard(name).tensor(name);
    }

    @Override
    public float[] floats(String name) {
        return shard(name).floats(name);
    }

    @Override
    public Tensor writable(String name) {
        return shard(name).writable(name);
    }

    @Override
    public long[] integers(String name) {
        return shard(name).integers(name);
    }

    @Override
    public double[] doubles(String name) {
        return shard(name).doubles(name);
    }

    @Override
    public long nonFinite(String name) {
        return shard(name).nonFinite(name);
    }

    /// The texts of all shards together.
    @Override
    public Map<String, String> metadata() {
        return metadata;
    }

    @Override
    public Path file(String name) {
        return shard(name).file(name);
    }

    @Override
    public String toString() {
        return "%s (%d tensors)".formatted(index, shards.size());
    }

    private Checkpoint shard(String name) {
        Checkpoint shard = shards.get(name);
        if (shard == null) {
            throw new CheckpointException(
                    index.toString(), "tensor '%s': is not in the index".formatted(name));
        }
        return shard;
    }
}
