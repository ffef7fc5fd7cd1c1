package xlmr.ptx.instructions;

/// Exact rounding to the floating-point formats of PTX.
///
/// Every value of every format is a double. What a double cannot hold exactly, the sum of two of
/// them, is first rounded to odd: that keeps enough to round it again correctly to any format of at
/// most 51 bits.
enum Rounding {
    /// To the nearest, ties to even.
    NEAREST,
    /// To the nearest, ties away from zero.
    NEAREST_AWAY,
    /// Towards zero.
    ZERO,
    /// Towards minus infinity.
    DOWN,
    /// Towards plus infinity.
    UP;

    /// A binary floating-point format.
    ///
    /// @param precision bits of the significand, the hidden one included
    /// @param minimumExponent of the smallest normal number
    /// @param maximumExponent of the largest number
    record Format(int precision, int minimumExponent, int maximumExponent) {
        static final Format F16 = new Format(11, -14, 15);
        static final Format BF16 = new Format(8, -126, 127);
        static final Format TF32 = new Format(11, -126, 127);
        static final Format F32 = new Format(24, -126, 127);

        double largest() {
            return Math.scalb(2 - Math.scalb(1.0, 1 - precision), maximumExponent);
        }
    }

    /// The rounding that a modifier names: `rn`, `rna`, `rz`, `rm` or `rp`, or one of those with an
    /// `i` behind it.
    static Rounding named(String modifier) {
        return switch (modifier) {
            case "rn", "rni" -> NEAREST;
            case "rna" -> NEAREST_AWAY;
            case "rz", "rzi" -> ZERO;
            case "rm", "rmi" -> DOWN;
            case "rp", "rpi" -> UP;
            default -> throw new AssertionError(modifier);
        };
    }

    /// The whole number that a value is rounded to.
    double toWhole(double value) {
        return switch (this) {
            case NEAREST -> Math.rint(value);
            case NEAREST_AWAY -> {
                double down = Math.floor(Math.abs(value));
                double away = Math.abs(value) - down >= 0.5 ? down + 1 : down;
                yield Math.copySign(away, value);
            }
            case ZERO -> value < 0 ? Math.ceil(value) : Math.floor(value);
            case DOWN -> Math.floor(value);
            case UP -> Math.ceil(value);
        };
    }

    /// The number of a format that a value is rounded to.
    double round(double value, Format format) {
        if (value == 0 || Double.isNaN(value) || Double.isInfinite(value)) {
            return value;
        }
        int exponent = Math.max(Math.getExponent(value), format.minimumExponent());
        int unit = exponent - format.precision() + 1;
        double rounded = Math.scalb(toWhole(scaled(value, -unit)), unit);
        if (Math.abs(rounded) <= format.largest()) {
            return rounded;
        }
        boolean toInfinity =
                switch (this) {
                    case NEAREST, NEAREST_AWAY -> true;
                    case ZERO -> false;
                    case DOWN -> value < 0;
                    case UP -> value > 0;
                };
        return Math.copySign(toInfinity ? Double.POSITIVE_INFINITY : format.largest(), value);
    }

    /// The sum of two doubles, rounded to a format only once.
    double roundSum(double a, double b, Format format) {
        double sum = sumToOdd(a, b);
        if (sum == 0 && this == DOWN && (a != 0 || Double.compare(a, b) != 0)) {
            return -0.0;
        }
        return round(sum, format);
    }

    /// A product of doubles whose significands have at most 26 bits is exact; this is one of
    /// floats.
    static double product(float a, float b) {
        return (double) a * b;
    }

    /// The sum of two doubles; where it is not exact, the neighbour whose last bit is odd.
    static double sumToOdd(double a, double b) {
        double sum = a + b;
        if (Double.isNaN(sum) || Double.isInfinite(sum)) {
            return sum;
        }
        double partOfB = sum - a;
        double error = (a - (sum - partOfB)) + (b - partOfB);
        return toOdd(sum, error);
    }

    /// A long as a double, rounded to odd.
    static double toOdd(long value) {
        double nearest = (double) value;
        if (nearest >= 0x1p63) {
            return toOdd(0x1p63, -1);
        }
        return toOdd(nearest, Long.signum(value - (long) nearest));
    }

    private static double toOdd(double nearest, double error) {
        if (error == 0 || (Double.doubleToRawLongBits(nearest) & 1) != 0) {
            return nearest;
        }
        return error > 0 ? Math.nextUp(nearest) : Math.nextDown(nearest);
    }

    /// Doubles below 2^-1022 do not arise, so that this is exact.
    private static double scaled(double value, int power) {
        return Math.scalb(value, power);
    }
}
