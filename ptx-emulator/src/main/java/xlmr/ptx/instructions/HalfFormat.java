package xlmr.ptx.instructions;

import xlmr.ptx.syntax.DataType;

/// The two formats of 16 bits.
enum HalfFormat {
    /// IEEE half precision.
    F16,
    /// The upper half of a float.
    BF16;

    static final int NAN = 0x7fff;

    /// The format of a type, packed or not.
    static HalfFormat of(DataType type) {
        return switch (type) {
            case F16, F16X2 -> F16;
            case BF16, BF16X2 -> BF16;
            default -> throw new AssertionError(type);
        };
    }

    /// The float of that value.
    float toFloat(int bits) {
        return this == F16 ? Float.float16ToFloat((short) bits) : Float.intBitsToFloat(bits << 16);
    }

    /// The bits of a value after rounding.
    int fromDouble(double value, Rounding rounding) {
        if (Double.isNaN(value)) {
            return NAN;
        }
        float rounded =
                (float)
                        rounding.round(
                                value, this == F16 ? Rounding.Format.F16 : Rounding.Format.BF16);
        return this == F16
                ? Float.floatToFloat16(rounded) & 0xffff
                : Float.floatToRawIntBits(rounded) >>> 16;
    }

    /// The bits of a float, rounded to the nearest.
    int fromFloat(float value) {
        if (Float.isNaN(value)) {
            return NAN;
        }
        if (this == F16) {
            return Float.floatToFloat16(value) & 0xffff;
        }
        int bits = Float.floatToRawIntBits(value);
        return bits + 0x7fff + (bits >>> 16 & 1) >>> 16;
    }
}
