package xlmr.checkpoint;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/// The entries of a zip archive (PKWARE, APPNOTE.TXT), read where they lie: a stored entry is a
/// part of the file. Names are only compared; no entry is ever written anywhere.
final class ZipDirectory {
    private static final int LOCAL_HEADER = 0x04034B50;
    private static final int CENTRAL_HEADER = 0x02014B50;
    private static final int END = 0x06054B50;
    private static final int END_64 = 0x06064B50;
    private static final int LOCATOR_64 = 0x07064B50;

    private static final int LOCAL_BYTES = 30;
    private static final int CENTRAL_BYTES = 46;
    private static final int END_BYTES = 22;
    private static final int END_64_BYTES = 56;
    private static final int LOCATOR_64_BYTES = 20;
    private static final int LONGEST_COMMENT = 0xFFFF;

    private static final int STORED = 0;
    private static final int DEFLATED = 8;
    private static final int ENCRYPTED = 1;
    private static final long IN_ZIP64 = 0xFFFFFFFFL;

    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final String source;
    private final MemorySegment file;
    private final long end;
    private final Map<String, Entry> entries = new LinkedHashMap<>();

    /// One entry of the directory, not yet looked at where it lies.
    ///
    /// @param packed bytes in the file
    /// @param size bytes of the contents
    record Entry(String name, int method, long checksum, long packed, long size, long header) {
        boolean isStored() {
            return method == STORED;
        }
    }

    private ZipDirectory(String source, MemorySegment file) {
        this.source = source;
        this.file = file;
        long endAt = findEnd();
        long entryCount = unsigned(SHORT, endAt + 10);
        long bytes = unsigned(INT, endAt + 12);
        long start = unsigned(INT, endAt + 16);
        this.end = endAt;
        if (endAt >= LOCATOR_64_BYTES && file.get(INT, endAt - LOCATOR_64_BYTES) == LOCATOR_64) {
            long at = file.get(LONG, endAt - LOCATOR_64_BYTES + 8);
            if (at < 0 || at > endAt - END_64_BYTES || file.get(INT, at) != END_64) {
                throw refused("the end of its 64-bit directory is not where it should be");
            }
            entryCount = file.get(LONG, at + 32);
            bytes = file.get(LONG, at + 40);
            start = file.get(LONG, at + 48);
        }
        if (start < 0 || bytes < 0 || start > end || bytes > end - start) {
            throw refused(
                    "its directory of %d bytes at %d is not within the file"
                            .formatted(bytes, start));
        }
        readEntries(start, start + bytes, entryCount);
    }

    /// Reads the directory at the end of an archive.
    ///
    /// @param largestExpansion how many times the archive's size its compressed entries may have
    ///   together
    /// @throws CheckpointException if there is none, it is damaged, has a name twice, or the
    ///   entries are larger
    static ZipDirectory read(String source, MemorySegment file, int largestExpansion) {
        ZipDirectory directory = new ZipDirectory(source, file);
        long unpacked = 0;
        for (Entry entry : directory.entries.values()) {
            unpacked += entry.isStored() ? 0 : entry.size();
            if (unpacked < 0 || unpacked / largestExpansion > file.byteSize()) {
                throw directory.refused(
                        "its entries unpack to %d bytes and more, over %d times its size"
                                .formatted(entry.size(), largestExpansion));
            }
        }
        return directory;
    }

    /// All entries by name, in the directory's order.
    Map<String, Entry> entries() {
        return Collections.unmodifiableMap(entries);
    }

    @Nullable Entry find(String name) {
        return entries.get(name);
    }

    private long findEnd() {
        long last = file.byteSize() - END_BYTES;
        for (long at = last; at >= Math.max(0, last - LONGEST_COMMENT); at--) {
            if (file.get(INT, at) == END && unsigned(SHORT, at + 20) == last - at) {
                return at;
            }
        }
        throw new CheckpointException(
                source, "a zip archive without its directory", "the file was cut; fetch it again");
    }

    private void readEntries(long start, long stop, long count) {
        long at = start;
        for (long i = 0; i < count; i++) {
            if (stop - at < CENTRAL_BYTES || file.get(INT, at) != CENTRAL_HEADER) {
                throw refused("its directory is damaged at entry %d of %d".formatted(i, count));
            }
            long nameBytes = unsigned(SHORT, at + 28);
            long extraBytes = unsigned(SHORT, at + 30);
            long next = at + CENTRAL_BYTES + nameBytes + extraBytes + unsigned(SHORT, at + 32);
            if (next > stop) {
                throw refused("its directory is damaged at entry %d of %d".formatted(i, count));
            }
            Entry entry = entry(at, nameBytes, extraBytes);
            if (entries.put(entry.name(), entry) != null) {
                throw refused("two entries are named %s".formatted(entry.name()));
            }
            at = next;
        }
    }

    private Entry entry(long at, long nameBytes, long extraBytes) {
        byte[] name = file.asSlice(at + CENTRAL_BYTES, nameBytes).toArray(ValueLayout.JAVA_BYTE);
        String text = new String(name, StandardCharsets.UTF_8);
        long size = unsigned(INT, at + 24);
        long packed = unsigned(INT, at + 20);
        long header = unsigned(INT, at + 42);
        if (size == IN_ZIP64 || packed == IN_ZIP64 || header == IN_ZIP64) {
            MemorySegment large = zip64(text, at + CENTRAL_BYTES + nameBytes, extraBytes);
            long field = 0;
            if (size == IN_ZIP64) {
                size = large(text, large, field++);
            }
            if (packed == IN_ZIP64) {
                packed = large(text, large, field++);
            }
            if (header == IN_ZIP64) {
                header = large(text, large, field);
            }
        }
        int method = (int) unsigned(SHORT, at + 10);
        if (method != STORED && method != DEFLATED) {
            throw refused("%s is packed by method %d".formatted(text, method));
        }
        if ((unsigned(SHORT, at + 8) & ENCRYPTED) != 0) {
            throw refused("%s is encrypted".formatted(text));
        }
        if (method == STORED && packed != size) {
            throw refused("%s is stored, but has two sizes".formatted(text));
        }
        return new Entry(text, method, unsigned(INT, at + 16), packed, size, header);
    }

    // The extra field 1: those of the sizes and the place that have more than 32 bits.
    private MemorySegment zip64(String name, long start, long bytes) {
        long stop = start + bytes;
        for (long at = start; stop - at >= 4; ) {
            long length = unsigned(SHORT, at + 2);
            if (unsigned(SHORT, at) == 1 && length <= stop - at - 4) {
                return file.asSlice(at + 4, length);
            }
            at += 4 + length;
        }
        throw refused("%s has no 64-bit sizes".formatted(name));
    }

    private long large(String name, MemorySegment sizes, long field) {
        long value = sizes.byteSize() < 8 * (field + 1) ? -1 : sizes.get(LONG, 8 * field);
        if (value < 0) {
            throw refused("%s has no 64-bit sizes".formatted(name));
        }
        return value;
    }

    /// Where the bytes of an entry begin in the file; they are known to end within it.
    ///
    /// @throws CheckpointException if the entry is not where the directory says
    long position(Entry entry) {
        long at = entry.header();
        if (at > end - LOCAL_BYTES || file.get(INT, at) != LOCAL_HEADER) {
            throw refused("%s is not where the directory says".formatted(entry.name()));
        }
        long start = at + LOCAL_BYTES + unsigned(SHORT, at + 26) + unsigned(SHORT, at + 28);
        if (start > end || entry.packed() > end - start) {
            throw new CheckpointException(
                    source,
                    "%s reaches beyond the archive".formatted(entry.name()),
                    "the file was cut; fetch it again");
        }
        return start;
    }

    /// The contents of an entry: a part of the file, or, if it is compressed, an array of the size
    /// that the directory says, with its checksum compared.
    ///
    /// @throws CheckpointException if the entry is damaged
    MemorySegment contents(Entry entry) {
        MemorySegment packed = file.asSlice(position(entry), entry.packed());
        if (entry.isStored()) {
            return packed;
        }
        if (entry.size() > Integer.MAX_VALUE - 8 || entry.packed() > Integer.MAX_VALUE) {
            throw refused("%s is compressed and larger than 2 GB".formatted(entry.name()));
        }
        byte[] contents = new byte[(int) entry.size()];
        Inflater inflater = new Inflater(true);
        try {
            inflater.setInput(packed.asByteBuffer());
            int length = inflater.inflate(contents);
            boolean complete =
                    length == contents.length
                            && inflater.inflate(new byte[1]) == 0
                            && inflater.finished();
            CRC32 checksum = new CRC32();
            checksum.update(contents);
            if (!complete || checksum.getValue() != entry.checksum()) {
                throw refused("%s is damaged".formatted(entry.name()));
            }
        } catch (DataFormatException e) {
            throw refused("%s is damaged".formatted(entry.name()));
        } finally {
            inflater.end();
        }
        return MemorySegment.ofArray(contents).asReadOnly();
    }

    private long unsigned(ValueLayout.OfShort layout, long at) {
        return Short.toUnsignedLong(file.get(layout, at));
    }

    private long unsigned(ValueLayout.OfInt layout, long at) {
        return Integer.toUnsignedLong(file.get(layout, at));
    }

    private CheckpointException refused(String reason) {
        return new CheckpointException(source, "zip archive: " + reason);
    }
}
