package xlmr.checkpoint;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Optional;
import xlmr.tensor.DType;

/// Little-endian elements of every type as Java's widest number of their kind.
final class ElementDecoding {
    private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private ElementDecoding() {}

    /// Integers and booleans; empty if one does not fit a long.
    static Optional<long[]> integers(MemorySegment segment, DType dtype, int count) {
        long[] values = new long[count];
        for (int i = 0; i < count; i++) {
            values[i] =
                    switch (dtype) {
                        case I8 -> segment.get(BYTE, i);
                        case U8, BOOL -> Byte.toUnsignedLong(segment.get(BYTE, i));
                        case I16 -> segment.get(SHORT, 2L * i);
                        case U16 -> Short.toUnsignedLong(segment.get(SHORT, 2L * i));
                        case I32 -> segment.get(INT, 4L * i);
                        case U32 -> Integer.toUnsignedLong(segment.get(INT, 4L * i));
                        case I64, U64 -> segment.get(LONG, 8L * i);
                        case F16, BF16, F32, F64 -> throw new AssertionError(dtype);
                    };
            if (dtype == DType.U64 && values[i] < 0) {
                return Optional.empty();
            }
        }
        return Optional.of(values);
    }

    /// Floating-point numbers; every type is exact in double precision.
    static double[] doubles(MemorySegment segment, DType dtype, int count) {
        double[] values = new double[count];
        for (int i = 0; i < count; i++) {
            values[i] =
                    switch (dtype) {
                        case F16 -> Float.float16ToFloat(segment.get(SHORT, 2L * i));
                        case BF16 -> Float.intBitsToFloat(segment.get(SHORT, 2L * i) << 16);
                        case F32 -> Float.intBitsToFloat(segment.get(INT, 4L * i));
                        case F64 -> Double.longBitsToDouble(segment.get(LONG, 8L * i));
                        case I8, U8, BOOL, I16, U16, I32, U32, I64, U64 ->
                                throw new AssertionError(dtype);
                    };
        }
        return values;
    }

    /// How many floating-point elements are NaN or infinite, told by an exponent of ones.
    static long countNonFinite(MemorySegment segment, DType dtype) {
        long count = 0;
        long elements = segment.byteSize() / dtype.bytes();
        for (long i = 0; i < elements; i++) {
            boolean finite =
                    switch (dtype) {
                        case F16 -> (segment.get(SHORT, 2 * i) & 0x7C00) != 0x7C00;
                        case BF16 -> (segment.get(SHORT, 2 * i) & 0x7F80) != 0x7F80;
                        case F32 -> (segment.get(INT, 4 * i) & 0x7F800000) != 0x7F800000;
                        case F64 ->
                                (segment.get(LONG, 8 * i) & 0x7FF0000000000000L)
                                        != 0x7FF0000000000000L;
                        case I8, U8, BOOL, I16, U16, I32, U32, I64, U64 -> true;
                    };
            if (!finite) {
                count++;
            }
        }
        return count;
    }
}
