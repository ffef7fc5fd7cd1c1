package xlmr.checkpoint;

import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import java.util.SequencedMap;
import java.util.SequencedSet;
import org.jspecify.annotations.Nullable;
import xlmr.tensor.Tensor;

/// A checkpoint in one file. Containers differ in how their arrays are found; once they are, all
/// are read in the same way.
public abstract sealed class ArrayFile implements Checkpoint
        permits SafetensorsFile, PyTorchFile, Hdf5File {
    private final String source;
    private final @Nullable Path path;
    private final SequencedMap<String, StoredArray> arrays;
    private final Map<String, String> metadata;

    /// @param source names the file in messages
    /// @param path the file, or null if it is in memory only
    ArrayFile(
            String source,
            @Nullable Path path,
            SequencedMap<String, StoredArray> arrays,
            Map<String, String> metadata) {
        this.source = source;
        this.path = path;
        this.arrays = Collections.unmodifiableSequencedMap(arrays);
        this.metadata = Collections.unmodifiableMap(metadata);
    }

    @Override
    public final SequencedSet<String> names() {
        return arrays.sequencedKeySet();
    }

    @Override
    public final TensorInfo info(String name) {
        return array(name).info();
    }

    @Override
    public final Tensor tensor(String name) {
        return array(name).tensor();
    }

    @Override
    public final Tensor writable(String name) {
        return array(name).writable();
    }

    @Override
    public final float[] floats(String name) {
        return array(name).floats();
    }

    @Override
    public final long[] integers(String name) {
        return array(name).integers();
    }

    @Override
    public final double[] doubles(String name) {
        return array(name).doubles();
    }

    @Override
    public final long nonFinite(String name) {
        return array(name).nonFinite();
    }

    @Override
    public final Map<String, String> metadata() {
        return metadata;
    }

    @Override
    public final Path file(String name) {
        array(name);
        return path != null ? path : Path.of(source);
    }

    @Override
    public final String toString() {
        return "%s (%d tensors)".formatted(source, arrays.size());
    }

    private StoredArray array(String name) {
        StoredArray array = arrays.get(name);
        if (array == null) {
            throw new CheckpointException(
                    source, "tensor '%s': is not in the file".formatted(name));
        }
        return array;
    }
}
