package xlmr.checkpoint;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.math.BigInteger;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import xlmr.checkpoint.PickleValue.Constant;
import xlmr.checkpoint.PickleValue.Items;
import xlmr.checkpoint.PickleValue.Mapping;
import xlmr.checkpoint.PickleValue.Text;
import xlmr.checkpoint.PickleValue.Whole;

/// The format of PyTorch before 1.6 (pytorch, torch/serialization.py): five pickles one after the
/// other (a magic number, the version 1001, what machine wrote it, the object, the keys of its
/// storages), then for each key a count of 8 bytes and so many elements.
final class TorchStream implements TorchArchive {
    private static final BigInteger MAGIC = new BigInteger("1950a86a20f9469cfc6c", 16);
    private static final BigInteger VERSION = BigInteger.valueOf(1001);
    private static final ValueLayout.OfLong COUNT =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final String source;
    private final @Nullable Path path;
    private final MemorySegment file;
    private final TorchObjects objects = new TorchObjects();
    private final PickleValue root;
    private final Map<String, Long> positions = new HashMap<>();
    private long position;

    private TorchStream(String source, @Nullable Path path, MemorySegment file) {
        this.source = source;
        this.path = path;
        this.file = file;
        checkHeader();
        this.root = next();
        findStorages(next());
    }

    static TorchArchive read(String source, @Nullable Path path, MemorySegment file) {
        return new TorchStream(source, path, file);
    }

    @Override
    public PickleValue root() {
        return root;
    }

    private PickleValue next() {
        PickleReader reader = new PickleReader(source, file, position);
        PickleValue value = PickleMachine.load(reader, objects);
        position = reader.position();
        return value;
    }

    private void checkHeader() {
        PickleValue magic = next();
        if (!isNumber(magic, MAGIC)) {
            String found =
                    magic instanceof Whole(BigInteger number)
                            ? "0x" + number.toString(16)
                            : magic.words();
            throw new CheckpointException(
                    source,
                    "a pickle that begins with %s; expected PyTorch's number 0x%s"
                            .formatted(found, MAGIC.toString(16)),
                    "is this a file of torch.save?");
        }
        if (!isNumber(next(), VERSION)) {
            throw new CheckpointException(
                    source, "not of version %d of PyTorch's format".formatted(VERSION));
        }
        PickleValue machine = next();
        if (!(machine instanceof Mapping mapping
                && mapping.entries().get("little_endian") == Constant.TRUE)) {
            throw new CheckpointException(
                    source,
                    "not written by a little-endian machine, which is not supported",
                    "save it again on one");
        }
    }

    private static boolean isNumber(PickleValue value, BigInteger expected) {
        return value instanceof Whole(BigInteger number) && number.equals(expected);
    }

    private void findStorages(PickleValue keys) {
        if (!(keys instanceof Items(List<PickleValue> items))) {
            throw new CheckpointException(
                    source, "%s in the place of the list of storages".formatted(keys.words()));
        }
        for (PickleValue item : items) {
            TorchStorage storage =
                    item instanceof Text(String key) ? objects.storages().get(key) : null;
            if (storage == null) {
                throw new CheckpointException(source, "a storage that no tensor has");
            }
            long left = file.byteSize() - position;
            if (left < 8 || storage.bytes() > left - 8) {
                throw new CheckpointException(
                        source,
                        "storage %s of %d bytes at byte %d, but the file ends after %d"
                                .formatted(
                                        storage.key(), storage.bytes(), position, file.byteSize()),
                        "the file was cut; fetch it again");
            }
            long count = file.get(COUNT, position);
            if (count != storage.elements()) {
                throw new CheckpointException(
                        source,
                        "storage %s has %d elements, but its tensors expect %d"
                                .formatted(storage.key(), count, storage.elements()));
            }
            positions.put(storage.key(), position + 8);
            position += 8 + storage.bytes();
        }
    }

    @Override
    public StoredArray array(String name, TorchTensor tensor) {
        Long start = positions.get(tensor.storage().key());
        if (start == null) {
            throw new CheckpointException(
                    source,
                    "tensor '%s': its storage %s is not in the file"
                            .formatted(name, tensor.storage().key()));
        }
        return tensor.stored(source, path, name, file, start);
    }
}
