package xlmr.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.util.Locale;

/// How numbers are written on a page, the same in every locale.
final class Numbers {
    private Numbers() {}

    /// A place in a drawing.
    static String coordinate(double value) {
        String text = String.format(Locale.ROOT, "%.1f", value);
        return text.endsWith(".0") ? text.substring(0, text.length() - 2) : text;
    }

    /// A score from 0 to 1, a loss.
    static String four(double value) {
        return Double.isNaN(value) ? "\u2013" : String.format(Locale.ROOT, "%.4f", value);
    }

    /// A share with one decimal.
    static String percent(double share) {
        return Double.isNaN(share)
                ? "\u2013"
                : String.format(Locale.ROOT, "%.1f\u00a0%%", 100 * share);
    }

    /// A whole number, in groups of three digits.
    static String count(long value) {
        return String.format(Locale.ROOT, "%,d", value);
    }

    /// A number beside an axis: as few digits as tell it.
    static String tick(double value) {
        double size = Math.abs(value);
        if (size != 0 && (size < 1e-3 || size >= 1e6)) {
            return String.format(Locale.ROOT, "%.2e", value)
                    .replaceFirst("\\.?0*e", "e")
                    .replaceFirst("e([+-])0?", "e$1")
                    .replace("e+", "e");
        }
        String text = String.format(Locale.ROOT, "%.4f", value);
        return text.contains(".") ? text.replaceFirst("\\.?0+$", "") : text;
    }

    /// A number with four significant digits.
    static String significant(double value) {
        return Double.isNaN(value) ? "\u2013" : String.format(Locale.ROOT, "%.4g", value);
    }

    /// The value of a setting, numbers without an exponent.
    static String setting(JsonNode value) {
        if (value.isNumber() && Double.isFinite(value.doubleValue())) {
            BigDecimal plain = new BigDecimal(value.asText()).stripTrailingZeros();
            return Math.abs(plain.scale()) < 20 ? plain.toPlainString() : value.asText();
        }
        return value.isValueNode() ? value.asText() : value.toString();
    }

    /// A time, such as `2 min 5 s`.
    static String duration(double seconds) {
        if (seconds < 60) {
            return String.format(Locale.ROOT, "%.1f s", seconds);
        }
        long whole = Math.round(seconds);
        return whole < 3600
                ? "%d min %d s".formatted(whole / 60, whole % 60)
                : "%d h %d min".formatted(whole / 3600, whole % 3600 / 60);
    }
}
