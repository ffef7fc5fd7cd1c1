package xlmr.checkpoint;

import io.jhdf.HdfFile;
import io.jhdf.api.Dataset;
import io.jhdf.api.dataset.ContiguousDataset;
import io.jhdf.object.datatype.DataType;
import io.jhdf.object.datatype.FixedPoint;
import io.jhdf.object.datatype.FloatingPoint;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;
import xlmr.tensor.DType;

/// Weights that a TensorFlow model saved, `tf_model.h5`: HDF5 as Keras lays it out. Names and
/// shapes are those of PyTorch, see [TensorFlowName].
///
/// The library jHDF reads the structure of the file, which is then mapped; an array is a slice of
/// the mapping, the matrix of a linear layer its transpose. Keras writes every array in one piece;
/// arrays in chunks or compressed are refused.
public final class Hdf5File extends ArrayFile {
    private static final String FETCH_AGAIN = "the file is damaged; fetch it again";

    private Hdf5File(Path path, SequencedMap<String, StoredArray> arrays) {
        super(path.toString(), path, arrays, Map.of("format", "tf"));
    }

    /// Maps a file and reads where its arrays are.
    ///
    /// @throws CheckpointException if it cannot be read, is damaged, or was not written by Keras
    public static Hdf5File open(Path path) {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            MemorySegment file = channel.map(MapMode.READ_ONLY, 0, channel.size(), Arena.ofAuto());
            return new Hdf5File(path, arrays(path, channel, file));
        } catch (IOException e) {
            throw CheckpointException.of(path, e);
        }
    }

    // The library says what it stumbles over in a damaged file by whatever exception comes of it,
    // and follows an endless chain until the stack ends.
    private static SequencedMap<String, StoredArray> arrays(
            Path path, FileChannel channel, MemorySegment file) {
        if (file.byteSize() == 0) {
            throw new CheckpointException(
                    path.toString(), "empty; expected an HDF5 file", "fetch it again");
        }
        try (HdfFile hdf = structure(channel, file)) {
            return arrays(path, file, hdf);
        } catch (CheckpointException e) {
            throw e;
        } catch (RuntimeException | StackOverflowError e) {
            CheckpointException exception =
                    new CheckpointException(
                            path.toString(),
                            "not readable as an HDF5 file: " + words(e),
                            FETCH_AGAIN);
            exception.initCause(e);
            throw exception;
        }
    }

    // Over the mapping, the library takes no memory for what a damaged length asks for. It cannot
    // where the file is larger than a buffer may be.
    private static HdfFile structure(FileChannel channel, MemorySegment file) {
        return file.byteSize() <= Integer.MAX_VALUE
                ? HdfFile.fromByteBuffer(file.asByteBuffer())
                : new HdfFile(channel);
    }

    private static SequencedMap<String, StoredArray> arrays(
            Path path, MemorySegment file, HdfFile hdf) {
        String source = path.toString();
        var superblock = hdf.getHdfBackingStorage().getSuperblock();
        long base = superblock.getBaseAddressByte();
        long end = superblock.getEndOfFileAddress();
        if (end > file.byteSize()) {
            throw new CheckpointException(
                    source,
                    "%,d bytes of %,d".formatted(file.byteSize(), end),
                    "the file was cut; fetch it again");
        }
        SequencedMap<String, StoredArray> arrays = new LinkedHashMap<>();
        KerasLayers.variables(source, hdf)
                .forEach(
                        (variable, dataset) -> {
                            TensorFlowName name = TensorFlowName.of(variable);
                            StoredArray array =
                                    array(source, path, file, base, name, variable, dataset);
                            StoredArray other = arrays.putIfAbsent(name.name(), array);
                            if (other != null && !other.info().equals(array.info())) {
                                throw new CheckpointException(
                                        source,
                                        "%s and %s have the same name"
                                                .formatted(other.info(), array.info()));
                            }
                        });
        return arrays;
    }

    private static StoredArray array(
            String source,
            Path path,
            MemorySegment file,
            long base,
            TensorFlowName name,
            String variable,
            Dataset dataset) {
        DType dtype = dtype(dataset.getDataType());
        if (dtype == null) {
            throw refused(source, variable, "elements of a type that is not supported");
        }
        if (!(dataset instanceof ContiguousDataset contiguous)) {
            throw refused(
                    source,
                    variable,
                    "%s layout; expected an array in one piece, as Keras writes it"
                            .formatted(dataset.getDataLayout()));
        }
        long[] shape = Arrays.stream(dataset.getDimensions()).asLongStream().toArray();
        long bytes = dtype.bytes();
        for (long size : shape) {
            bytes = Math.multiplyExact(bytes, size);
        }
        long position = bytes == 0 ? 0 : Math.addExact(base, contiguous.getDataAddress());
        if (bytes < 0 || position < base || position > file.byteSize() - bytes) {
            throw refused(
                    source,
                    variable,
                    "%d bytes at %d are not within the file's %d"
                            .formatted(bytes, position, file.byteSize()));
        }
        TensorInfo info = new TensorInfo(name.name(), dtype, shape, bytes);
        return name.kernel() && shape.length == 2 && dtype.isFloat()
                ? StoredArray.transposed(source, path, info, file, position)
                : StoredArray.inPlace(source, path, info, file, position);
    }

    /// The type of the elements, or null if it is none that numpy would write on the machines of
    /// today.
    private static @Nullable DType dtype(DataType type) {
        return switch (type) {
            case FloatingPoint number when number.getByteOrder() == ByteOrder.LITTLE_ENDIAN ->
                    switch (8 * number.getSize() + number.getExponentSize()) {
                        case 16 + 5 -> DType.F16;
                        case 16 + 8 -> DType.BF16;
                        case 32 + 8 -> DType.F32;
                        case 64 + 11 -> DType.F64;
                        default -> null;
                    };
            case FixedPoint number when number.getByteOrder() == ByteOrder.LITTLE_ENDIAN ->
                    switch (number.getSize()) {
                        case 1 -> number.isSigned() ? DType.I8 : DType.U8;
                        case 2 -> number.isSigned() ? DType.I16 : DType.U16;
                        case 4 -> number.isSigned() ? DType.I32 : DType.U32;
                        case 8 -> number.isSigned() ? DType.I64 : DType.U64;
                        default -> null;
                    };
            default -> null;
        };
    }

    private static CheckpointException refused(String source, String variable, String reason) {
        return new CheckpointException(source, "'%s': %s".formatted(variable, reason));
    }

    private static String words(Throwable problem) {
        return problem.getMessage() == null
                ? problem.getClass().getSimpleName()
                : problem.getMessage();
    }
}
