package xlmr.tensor;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/// Elements in a memory segment, as a rule a part of a mapped file: little-endian [DType#F32],
/// [DType#F16], [DType#BF16] or [DType#F64], not necessarily aligned. Nothing is copied until
/// somebody reads.
///
/// A read-only segment is a constant of the model. A writable one is a private (copy-on-write)
/// mapping: the word embedding while it is fine-tuned, of which only the touched rows become memory
/// of the process.
public final class MappedStorage implements Storage {
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfDouble DOUBLE =
            ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final MemorySegment segment;
    private final DType dtype;
    private volatile @Nullable Storage moved;

    /// Storage over a segment whose size is a multiple of the element's.
    public MappedStorage(MemorySegment segment, DType dtype) {
        if (!dtype.isFloat()) {
            throw new IllegalArgumentException(
                    "mapped storage: expected F16, BF16, F32 or F64, found %s".formatted(dtype));
        }
        this.segment = segment;
        this.dtype = dtype;
    }

    /// The bytes.
    ///
    /// @throws IllegalStateException if a device has taken the elements over
    public MemorySegment segment() {
        if (moved != null) {
            throw new IllegalStateException(
                    "these elements were moved to another device, %s; load the model again to compute on the processor"
                            .formatted(moved));
        }
        return segment;
    }

    /// Hands the elements of a private mapping over to a storage that holds a copy of them, where
    /// they are changed and read from now on.
    public void moveTo(Storage place) {
        if (isReadOnly() || place.capacity() < capacity()) {
            throw new IllegalArgumentException(
                    "moving %d elements to a storage of %d, from %s ones"
                            .formatted(
                                    capacity(),
                                    place.capacity(),
                                    isReadOnly() ? "constant" : "private"));
        }
        moved = place;
    }

    /// Where the elements were moved to, or null while they are here.
    public @Nullable Storage moved() {
        return moved;
    }

    /// How an element is encoded.
    public DType dtype() {
        return dtype;
    }

    @Override
    public long capacity() {
        return segment.byteSize() / dtype.bytes();
    }

    @Override
    public boolean isReadOnly() {
        return segment.isReadOnly();
    }

    @Override
    public void read(long from, float[] target, int offset, int count) {
        Storage place = moved;
        if (place != null) {
            place.read(from, target, offset, count);
            return;
        }
        switch (dtype) {
            case F32 -> MemorySegment.copy(segment, FLOAT, from * 4, target, offset, count);
            case F16 -> {
                for (int i = 0; i < count; i++) {
                    target[offset + i] = Float.float16ToFloat(segment.get(SHORT, (from + i) * 2));
                }
            }
            case BF16 -> {
                for (int i = 0; i < count; i++) {
                    target[offset + i] =
                            Float.intBitsToFloat(segment.get(SHORT, (from + i) * 2) << 16);
                }
            }
            default -> {
                for (int i = 0; i < count; i++) {
                    target[offset + i] = (float) segment.get(DOUBLE, (from + i) * 8);
                }
            }
        }
    }

    /// Copies `count` elements, each `stride` after the one before, into `target[offset ...]`,
    /// decoded to float32.
    public void readStrided(long from, long stride, float[] target, int offset, int count) {
        switch (dtype) {
            case F32 -> {
                for (int i = 0; i < count; i++) {
                    target[offset + i] = segment.get(FLOAT, (from + i * stride) * 4);
                }
            }
            case F16 -> {
                for (int i = 0; i < count; i++) {
                    target[offset + i] =
                            Float.float16ToFloat(segment.get(SHORT, (from + i * stride) * 2));
                }
            }
            case BF16 -> {
                for (int i = 0; i < count; i++) {
                    target[offset + i] =
                            Float.intBitsToFloat(segment.get(SHORT, (from + i * stride) * 2) << 16);
                }
            }
            default -> {
                for (int i = 0; i < count; i++) {
                    target[offset + i] = (float) segment.get(DOUBLE, (from + i * stride) * 8);
                }
            }
        }
    }

    /// Writes float32 elements; only for writable storage of [DType#F32].
    public void write(long to, float[] source, int offset, int count) {
        assert dtype == DType.F32 : dtype;
        MemorySegment.copy(source, offset, segment(), FLOAT, to * 4, count);
    }
}
