package xlmr.checkpoint;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/// A file of `torch.save`, such as `pytorch_model.bin`: a dict of names to tensors, or a dict that
/// has such a dict as an entry. The file is mapped; a tensor is a slice of the mapping unless it is
/// a view that skips or repeats elements, which is gathered when it is asked for.
///
/// Python's pickles can call any function. These are read by a machine of our own that knows
/// tensors and plain data and refuses all else by its name, see [PickleMachine].
public final class PyTorchFile extends ArrayFile {
    /// How many times a file's size its tensors may have together. Honest files have their size;
    /// tensors that share storages or repeat elements, and compression, which PyTorch does not use,
    /// make some more.
    static final int LARGEST_EXPANSION = 64;

    private static final byte PICKLE = (byte) 0x80;
    private static final byte[] ZIP = {'P', 'K', 3, 4};
    private static final byte[] TAR = "ustar".getBytes(StandardCharsets.US_ASCII);
    private static final int TAR_AT = 257;

    private PyTorchFile(
            String source,
            @Nullable Path path,
            SequencedMap<String, StoredArray> arrays,
            Map<String, String> metadata) {
        super(source, path, arrays, metadata);
    }

    /// Maps a file and reads what it says of its tensors.
    ///
    /// @throws CheckpointException if it cannot be read, is damaged, or holds anything that is
    ///   neither a tensor nor plain data
    public static PyTorchFile open(Path path) {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            MemorySegment file = channel.map(MapMode.READ_ONLY, 0, channel.size(), Arena.ofAuto());
            return read(path.toString(), path, file);
        } catch (IOException e) {
            throw CheckpointException.of(path, e);
        }
    }

    /// Reads a file that is already in memory; the array must not change afterwards.
    ///
    /// @param source names it in messages
    /// @throws CheckpointException as [#open]
    public static PyTorchFile of(String source, byte[] file) {
        return read(source, null, MemorySegment.ofArray(file).asReadOnly());
    }

    private static PyTorchFile read(String source, @Nullable Path path, MemorySegment file) {
        GitLfsPointer.refuse(source, file);
        TorchArchive archive;
        if (holds(file, 0, ZIP)) {
            archive = TorchZip.read(source, path, file);
        } else if (holds(file, 0, new byte[] {PICKLE})) {
            archive = TorchStream.read(source, path, file);
        } else {
            throw unknown(source, file);
        }
        StateDict found = StateDict.find(source, archive.root());
        SequencedMap<String, StoredArray> arrays = new LinkedHashMap<>();
        long bytes = 0;
        for (Map.Entry<String, TorchTensor> tensor : found.tensors().entrySet()) {
            StoredArray array = archive.array(tensor.getKey(), tensor.getValue());
            bytes += array.info().bytes();
            if (bytes < 0 || bytes / LARGEST_EXPANSION > file.byteSize()) {
                throw new CheckpointException(
                        source,
                        "its tensors take over %d times its size".formatted(LARGEST_EXPANSION));
            }
            arrays.put(tensor.getKey(), array);
        }
        return new PyTorchFile(source, path, arrays, found.metadata());
    }

    private static CheckpointException unknown(String source, MemorySegment file) {
        if (file.byteSize() == 0) {
            return new CheckpointException(source, "empty", "fetch it again");
        }
        if (holds(file, TAR_AT, TAR)) {
            return new CheckpointException(
                    source,
                    "a tar archive of PyTorch before 0.1.10, which is not supported",
                    "load it with PyTorch and save it again");
        }
        byte[] begin =
                file.asSlice(0, Math.min(16, file.byteSize())).toArray(ValueLayout.JAVA_BYTE);
        return new CheckpointException(
                source,
                "begins with '%s'; expected a zip archive or a pickle of torch.save"
                        .formatted(new String(begin, StandardCharsets.ISO_8859_1)),
                "fetch it again");
    }

    private static boolean holds(MemorySegment file, long at, byte[] bytes) {
        return file.byteSize() >= at + bytes.length
                && file.asSlice(at, bytes.length).mismatch(MemorySegment.ofArray(bytes)) < 0;
    }
}
