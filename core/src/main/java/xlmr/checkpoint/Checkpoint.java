package xlmr.checkpoint;

import java.nio.file.Path;
import java.util.Map;
import java.util.SequencedSet;
import xlmr.tensor.Tensor;

/// Names and the arrays that they stand for, in files. Opening reads names, types and shapes only;
/// elements are read where they are used. Immutable, and safe for many threads.
///
/// A mapped file must not be changed or shortened while it is open; to replace one, write beside it
/// and rename, as [SafetensorsWriter] does.
public sealed interface Checkpoint permits ArrayFile, ShardedCheckpoint {
    /// All names, in the order of the file.
    SequencedSet<String> names();

    /// Type and shape of one array.
    ///
    /// @throws CheckpointException if there is none of this name
    TensorInfo info(String name);

    /// A floating-point array as a read-only tensor over the file. Nothing is copied, unless a
    /// PyTorch tensor skips or repeats elements of the file.
    ///
    /// @throws CheckpointException if there is none of this name, it is not of a floating-point
    ///   type, or it has more than 2^31 - 1 elements
    Tensor tensor(String name);

    /// A floating-point array as a tensor that may be written to; the file does not change. A
    /// mapped [F32][xlmr.tensor.DType#F32] array becomes a private (copy-on-write) mapping, of
    /// which only the pages that are written to become memory of the process. Any other is decoded
    /// into an array of floats.
    ///
    /// @throws CheckpointException as [#tensor]
    Tensor writable(String name);

    /// A floating-point array, decoded into one of float32, row-major. The pages of the file that
    /// are read for it do not stay in the process's memory, as those behind [#tensor] do.
    ///
    /// @throws CheckpointException as [#tensor]
    float[] floats(String name);

    /// An integer or boolean array (I64, I32, I16, I8, U64, U32, U16, U8, BOOL), row-major.
    ///
    /// @throws CheckpointException if there is none of this name, it is of a floating-point type,
    ///   or a U64 element does not fit
    long[] integers(String name);

    /// A floating-point array in double precision, row-major: exact for each type.
    ///
    /// @throws CheckpointException as [#tensor]
    double[] doubles(String name);

    /// How many elements of a floating-point array are NaN or infinite, which no good weight is.
    /// Reads all of it.
    ///
    /// @throws CheckpointException if there is none of this name, or it is not of a floating-point
    ///   type
    long nonFinite(String name);

    /// Free-form texts of the file, such as `format` → `pt`; empty if it has none.
    Map<String, String> metadata();

    /// The file that holds an array, for messages.
    ///
    /// @throws CheckpointException if there is none of this name
    Path file(String name);

    /// Whether there is an array of this name.
    default boolean contains(String name) {
        return names().contains(name);
    }

    /// Opens the checkpoint of a directory, see [#locate], or a file of weights or an index by its
    /// own name.
    ///
    /// @throws CheckpointException if there is none, or it is damaged, or it is a container that is
    ///   not supported
    static Checkpoint open(Path directoryOrFile) {
        return CheckpointFiles.open(directoryOrFile);
    }

    /// The file that stands for a directory's checkpoint: the first that exists of
    /// `model.safetensors`, `pytorch_model.bin` and `tf_model.h5`, each before its own index of
    /// shards (`model.safetensors.index.json`, ...).
    ///
    /// @throws CheckpointException if there is none
    static Path locate(Path directory) {
        return CheckpointFiles.locate(directory);
    }

    /// Whether a directory has a file that [#locate] would find.
    static boolean existsIn(Path directory) {
        return CheckpointFiles.existsIn(directory);
    }
}
