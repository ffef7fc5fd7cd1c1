package xlmr.data;

import java.util.Collection;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// The name somebody probably meant.
final class NearestName {

    private static final int LONGEST = 200;

    private NearestName() {}

    /// The name that is fewest edits away, upper and lower case being the same, or null if none is
    /// near (at most a third of the characters, at least one).
    static @Nullable String of(String wanted, Collection<String> names) {
        if (wanted.length() > LONGEST) {
            return null;
        }
        String best = null;
        int fewest = Math.max(1, wanted.length() / 3) + 1;
        for (String name : names) {
            if (Math.abs(name.length() - wanted.length()) >= fewest) {
                continue;
            }
            int edits = edits(wanted.toLowerCase(Locale.ROOT), name.toLowerCase(Locale.ROOT));
            if (edits < fewest) {
                fewest = edits;
                best = name;
            }
        }
        return best;
    }

    /// `; did you mean 'x'?`, or nothing.
    static String hint(String wanted, Collection<String> names) {
        String nearest = of(wanted, names);
        return nearest == null ? "" : "; did you mean '%s'?".formatted(nearest);
    }

    /// The names in quotes; of many only the first.
    static String list(Collection<String> names) {
        int shown = 20;
        StringBuilder text = new StringBuilder();
        names.stream()
                .limit(shown)
                .forEach(
                        name ->
                                text.append(text.isEmpty() ? "'" : ", '")
                                        .append(name)
                                        .append('\''));
        if (names.size() > shown) {
            text.append(" and %d more".formatted(names.size() - shown));
        }
        return text.toString();
    }

    /// How many characters must be put in, taken out or replaced (Levenshtein, 1966).
    private static int edits(String a, String b) {
        int[] previous = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            previous[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int[] current = new int[b.length() + 1];
            current[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replaced = previous[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                current[j] = Math.min(replaced, 1 + Math.min(previous[j], current[j - 1]));
            }
            previous = current;
        }
        return previous[b.length()];
    }
}
