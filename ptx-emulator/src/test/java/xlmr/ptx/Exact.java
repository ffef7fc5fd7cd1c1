package xlmr.ptx;

import java.math.BigDecimal;
import java.math.BigInteger;

/// Rounding by exact arithmetic on decimals, which shares nothing with the emulator's own.
final class Exact {
    private Exact() {}

    /// A value rounded to a binary format.
    ///
    /// @param mode `rn`, `rz`, `rm`, `rp` or `rna`
    /// @param precision bits of the significand
    /// @param smallest exponent of the smallest normal number
    /// @param largest exponent of the largest number
    static double round(BigDecimal value, String mode, int precision, int smallest, int largest) {
        if (value.signum() == 0) {
            return 0;
        }
        BigDecimal size = value.abs();
        // Begins just below, which a double tells well enough.
        int exponent = Math.max(smallest, Math.getExponent(size.doubleValue()) - 1);
        while (exponent < largest + 1 && size.compareTo(power(exponent + 1)) >= 0) {
            exponent++;
        }
        BigDecimal unit = power(exponent - precision + 1);
        BigInteger down = size.divideToIntegralValue(unit).toBigInteger();
        BigDecimal rest = size.subtract(new BigDecimal(down).multiply(unit));
        int half = rest.multiply(BigDecimal.TWO).compareTo(unit);
        boolean negative = value.signum() < 0;
        boolean away =
                rest.signum() != 0
                        && switch (mode) {
                            case "rn" -> half > 0 || half == 0 && down.testBit(0);
                            case "rna" -> half >= 0;
                            case "rz" -> false;
                            case "rm" -> negative;
                            default -> !negative;
                        };
        BigDecimal rounded = new BigDecimal(away ? down.add(BigInteger.ONE) : down).multiply(unit);
        double result = rounded.doubleValue();
        BigDecimal most = power(largest + 1).subtract(power(largest + 1 - precision));
        if (rounded.compareTo(most) > 0) {
            boolean toInfinity =
                    mode.equals("rn") || mode.equals("rna") || mode.equals(negative ? "rm" : "rp");
            result = toInfinity ? Double.POSITIVE_INFINITY : most.doubleValue();
        }
        return negative ? -result : result;
    }

    static float toFloat(BigDecimal value, String mode) {
        return (float) round(value, mode, 24, -126, 127);
    }

    private static BigDecimal power(int exponent) {
        return exponent >= 0
                ? new BigDecimal(BigInteger.ONE.shiftLeft(exponent))
                : BigDecimal.ONE.divide(new BigDecimal(BigInteger.ONE.shiftLeft(-exponent)));
    }
}
