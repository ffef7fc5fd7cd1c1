package xlmr.checkpoint;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The format of PyTorch since 1.6: a zip archive with a folder of any name, in it `data.pkl`, the
/// object, and `data/0`, `data/1`, ..., the storages (pytorch, torch/serialization.py and
/// caffe2/serialize/inline_container.cc). Entries are stored, not compressed; compressed ones are
/// read too.
///
/// Checksums of stored entries are not compared: that would read all of the file, and PyTorch may
/// leave them out.
final class TorchZip implements TorchArchive {
    private static final String PICKLE = "data.pkl";

    private final String source;
    private final @Nullable Path path;
    private final MemorySegment file;
    private final ZipDirectory directory;
    private final String folder;
    private final PickleValue root;
    private final Map<String, MemorySegment> unpacked = new HashMap<>();

    private TorchZip(String source, @Nullable Path path, MemorySegment file) {
        this.source = source;
        this.path = path;
        this.file = file;
        this.directory = ZipDirectory.read(source, file, PyTorchFile.LARGEST_EXPANSION);
        ZipDirectory.Entry pickle = pickle();
        this.folder = pickle.name().substring(0, pickle.name().length() - PICKLE.length());
        checkByteOrder();
        PickleReader reader =
                new PickleReader(source + ": " + PICKLE, directory.contents(pickle), 0);
        this.root = PickleMachine.load(reader, new TorchObjects());
    }

    static TorchArchive read(String source, @Nullable Path path, MemorySegment file) {
        return new TorchZip(source, path, file);
    }

    @Override
    public PickleValue root() {
        return root;
    }

    private ZipDirectory.Entry pickle() {
        List<ZipDirectory.Entry> pickles =
                directory.entries().values().stream()
                        .filter(entry -> entry.name().indexOf('/') >= 0)
                        .filter(
                                entry ->
                                        entry.name()
                                                .substring(entry.name().indexOf('/') + 1)
                                                .equals(PICKLE))
                        .toList();
        if (pickles.size() != 1) {
            throw new CheckpointException(
                    source,
                    "a zip archive with %s %s; expected one in its folder"
                            .formatted(pickles.isEmpty() ? "no" : pickles.size(), PICKLE),
                    "is this a file of torch.save?");
        }
        return pickles.getFirst();
    }

    private void checkByteOrder() {
        ZipDirectory.Entry entry = directory.find(folder + "byteorder");
        // Older files have none, and are of little-endian machines as good as always.
        if (entry == null || entry.size() > 100) {
            return;
        }
        byte[] order = directory.contents(entry).toArray(ValueLayout.JAVA_BYTE);
        String text = new String(order, StandardCharsets.US_ASCII).strip();
        if (!text.equals("little")) {
            throw new CheckpointException(
                    source,
                    "byte order '%s' is not supported".formatted(text),
                    "save it again on a little-endian machine");
        }
    }

    @Override
    public StoredArray array(String name, TorchTensor tensor) {
        TorchStorage storage = tensor.storage();
        ZipDirectory.Entry entry = directory.find(folder + "data/" + storage.key());
        if (entry == null) {
            throw new CheckpointException(
                    source,
                    "tensor '%s': its storage %sdata/%s is not in the file"
                            .formatted(name, folder, storage.key()));
        }
        if (entry.size() != storage.bytes()) {
            throw new CheckpointException(
                    source,
                    "tensor '%s': its storage %s has %d bytes, but %d elements of %s take %d"
                            .formatted(
                                    name,
                                    entry.name(),
                                    entry.size(),
                                    storage.elements(),
                                    storage.dtype(),
                                    storage.bytes()));
        }
        if (entry.isStored()) {
            return tensor.stored(source, path, name, file, directory.position(entry));
        }
        return StoredArray.gathered(
                source, tensor.info(name), () -> tensor.gather(unpacked(entry)));
    }

    private MemorySegment unpacked(ZipDirectory.Entry entry) {
        synchronized (unpacked) {
            return unpacked.computeIfAbsent(entry.name(), _ -> directory.contents(entry));
        }
    }
}
