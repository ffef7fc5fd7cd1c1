package xlmr.tensor;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

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
    public MemorySegment segment() {
        return segment;
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
        MemorySegment.copy(source, offset, segment, FLOAT, to * 4, count);
    }
}
