package xlmr.checkpoint;

import java.nio.ByteBuffer;
import xlmr.tensor.DType;

/// Java's numbers as little-endian elements, rounded to nearest, ties to even.
final class ElementEncoding {
    private ElementEncoding() {}

    /// Appends floats as elements of a floating-point type.
    static void put(ByteBuffer target, DType dtype, float[] values, int from, int count) {
        switch (dtype) {
            case F32 -> {
                target.asFloatBuffer().put(values, from, count);
                target.position(target.position() + 4 * count);
            }
            case F64 -> {
                for (int i = from; i < from + count; i++) {
                    target.putDouble(values[i]);
                }
            }
            case F16 -> {
                for (int i = from; i < from + count; i++) {
                    target.putShort(Float.floatToFloat16(values[i]));
                }
            }
            case BF16 -> {
                for (int i = from; i < from + count; i++) {
                    target.putShort(toBfloat16(values[i]));
                }
            }
            case BOOL, U8, I8, U16, I16, U32, I32, U64, I64 -> throw new AssertionError(dtype);
        }
    }

    /// The upper half of a float32, rounded. A number beyond the largest becomes infinite; NaN
    /// stays NaN.
    static short toBfloat16(float value) {
        int bits = Float.floatToRawIntBits(value);
        if (Float.isNaN(value)) {
            // Rounding could carry a NaN into infinity; its quiet bit lies in the upper half.
            return (short) (bits >>> 16 | 0x40);
        }
        int tie = bits >>> 16 & 1;
        return (short) (bits + 0x7FFF + tie >>> 16);
    }
}
