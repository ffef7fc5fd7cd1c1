package xlmr.eval;

import java.util.List;
import java.util.Locale;

/// How numbers and names are written in sentences, the same in every locale.
final class NumberWords {

    private static final int NAMES_SHOWN = 10;

    private NumberWords() {}

    /// Five decimals, as a loss is compared.
    static String decimals(double value) {
        return String.format(Locale.ROOT, "%.5f", value);
    }

    /// Four decimals, as a score is shown.
    static String four(double value) {
        return Double.isNaN(value) ? "undefined" : String.format(Locale.ROOT, "%.4f", value);
    }

    /// A share as a percentage with one decimal.
    static String percent(double share) {
        return String.format(Locale.ROOT, "%.1f %%", 100 * share);
    }

    static String percent(long part, long whole) {
        return percent((double) part / whole);
    }

    /// `1 row`, `2 rows`.
    static String count(long count, String noun) {
        return "%d %s%s".formatted(count, noun, count == 1 ? "" : "s");
    }

    /// Joined by commas; of many only the first.
    static String names(List<String> names) {
        if (names.size() <= NAMES_SHOWN) {
            return String.join(", ", names);
        }
        return "%s and %d more"
                .formatted(
                        String.join(", ", names.subList(0, NAMES_SHOWN)),
                        names.size() - NAMES_SHOWN);
    }
}
