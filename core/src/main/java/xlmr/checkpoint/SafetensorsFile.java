package xlmr.checkpoint;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/// A safetensors file: `[8 bytes: N, little-endian][N bytes: JSON header][data]`. The file is
/// mapped; a tensor is a slice of the mapping.
///
/// A file that says it is TensorFlow's (`format` → `tf`) has names and shapes of PyTorch here, see
/// [TensorFlowName].
public final class SafetensorsFile extends ArrayFile {
    /// The format's limit.
    private static final long LONGEST_HEADER = 100_000_000;

    private static final ValueLayout.OfLong LENGTH =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private SafetensorsFile(
            String source,
            @Nullable Path path,
            SequencedMap<String, StoredArray> arrays,
            Map<String, String> metadata) {
        super(source, path, arrays, metadata);
    }

    /// Maps a file and reads its header.
    ///
    /// @throws CheckpointException if it cannot be read or breaks a rule of the format
    public static SafetensorsFile open(Path path) {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            MemorySegment file = channel.map(MapMode.READ_ONLY, 0, channel.size(), Arena.ofAuto());
            return read(path.toString(), path, file);
        } catch (IOException e) {
            throw CheckpointException.of(path, e);
        }
    }

    /// Reads a file that is already in memory; the segment must not change afterwards.
    ///
    /// @param source names it in messages
    /// @throws CheckpointException if it breaks a rule of the format
    public static SafetensorsFile of(String source, MemorySegment file) {
        return read(source, null, file.asReadOnly());
    }

    /// Reads a file that is already in memory; the array must not change afterwards.
    public static SafetensorsFile of(String source, byte[] file) {
        return of(source, MemorySegment.ofArray(file));
    }

    private static SafetensorsFile read(String source, @Nullable Path path, MemorySegment file) {
        String header = headerText(source, file);
        long dataStart = 8 + file.get(LENGTH, 0);
        SafetensorsHeader.Content content =
                SafetensorsHeader.read(source, header, file.byteSize() - dataStart);
        boolean tensorFlow = "tf".equals(content.metadata().get("format"));
        SequencedMap<String, StoredArray> arrays = new LinkedHashMap<>();
        content.entries()
                .forEach(
                        (name, entry) -> {
                            TensorInfo info = entry.info();
                            long position = dataStart + entry.begin();
                            StoredArray array =
                                    tensorFlow
                                            ? tensorFlow(source, path, info, file, position)
                                            : StoredArray.inPlace(
                                                    source, path, info, file, position);
                            if (arrays.putIfAbsent(array.info().name(), array) != null) {
                                throw new CheckpointException(
                                        source,
                                        "tensor '%s' comes twice".formatted(array.info().name()));
                            }
                        });
        return new SafetensorsFile(source, path, arrays, content.metadata());
    }

    /// An array of a TensorFlow model (`format` → `tf`), as PyTorch has it.
    private static StoredArray tensorFlow(
            String source, @Nullable Path path, TensorInfo info, MemorySegment file, long at) {
        TensorFlowName name = TensorFlowName.of(info.name());
        TensorInfo named = new TensorInfo(name.name(), info.dtype(), info.shape(), info.bytes());
        return name.kernel() && info.shape().length == 2 && info.dtype().isFloat()
                ? StoredArray.transposed(source, path, named, file, at)
                : StoredArray.inPlace(source, path, named, file, at);
    }

    // Nothing is taken from memory before its size is known to be that of bytes which are really
    // there.
    private static String headerText(String source, MemorySegment file) {
        long size = file.byteSize();
        if (size < 8) {
            throw new CheckpointException(
                    source,
                    "%d bytes; a safetensors file begins with 8 bytes of header length"
                            .formatted(size),
                    "fetch it again");
        }
        GitLfsPointer.refuse(source, file);
        long length = file.get(LENGTH, 0);
        if (length < 0 || length > LONGEST_HEADER) {
            throw new CheckpointException(
                    source,
                    "header length %s is above the format's limit of %d"
                            .formatted(Long.toUnsignedString(length), LONGEST_HEADER),
                    "is this a safetensors file?");
        }
        if (length > size - 8) {
            throw new CheckpointException(
                    source,
                    "header of %d bytes, but only %d bytes follow".formatted(length, size - 8),
                    "the file was cut; fetch it again");
        }
        byte[] header = file.asSlice(8, length).toArray(ValueLayout.JAVA_BYTE);
        return JsonDocument.decode(source + ": header", header);
    }
}
