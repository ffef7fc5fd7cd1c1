package xlmr.data;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Where in a line of CoNLL-U the word, the tag and the note on the following space are.
final class ConlluColumns {

    private static final int SHOWN_ATTRIBUTES = 50;

    private final int count;
    private final int form;
    private final int misc;
    private final int tag;
    private final String tagName;
    private final @Nullable String attribute;
    private final String otherwise;
    private final Set<String> attributesSeen = new LinkedHashSet<>();
    private boolean attributeFound;

    private ConlluColumns(
            int count, int form, int misc, int tag, String tagName, @Nullable String attribute) {
        this.count = count;
        this.form = form;
        this.misc = misc;
        this.tag = tag;
        this.tagName = tagName;
        this.attribute = attribute;
        // entities are kept in MISC, where most words have none; features that are absent are `_`
        otherwise = tag >= 0 && tag == misc ? "O" : "_";
    }

    /// @param names those of the columns
    /// @param problem makes the exception for what is wrong
    static ConlluColumns of(
            List<String> names, TaggedOptions options, Function<String, DataException> problem) {
        String word = options.wordColumn();
        String asked = options.tagColumn() == null ? "UPOS" : options.tagColumn();
        int colon = asked.indexOf(':');
        String column = colon < 0 ? asked : asked.substring(0, colon);
        boolean whole = names.stream().anyMatch(asked::equalsIgnoreCase);
        return new ConlluColumns(
                names.size(),
                find(names, word == null ? "FORM" : word, problem),
                names.indexOf("MISC"),
                options.labelled() ? find(names, whole ? asked : column, problem) : -1,
                asked,
                whole || colon < 0 ? null : asked.substring(colon + 1));
    }

    private static int find(
            List<String> names, String name, Function<String, DataException> problem) {
        for (int i = 0; i < names.size(); i++) {
            if (names.get(i).equalsIgnoreCase(name)) {
                return i;
            }
        }
        throw problem.apply(
                "no column '%s'; the columns are %s%s"
                        .formatted(
                                name,
                                NearestName.list(names),
                                NearestName.hint(name.toUpperCase(Locale.ROOT), names)));
    }

    int count() {
        return count;
    }

    int form() {
        return form;
    }

    String tagName() {
        return tagName;
    }

    boolean spaceAfter(String[] fields) {
        return misc < 0 || !attributes(fields[misc]).contains("SpaceAfter=No");
    }

    /// The tag of a word.
    String tag(String[] fields) {
        String value = fields[tag].strip();
        if (attribute == null) {
            return value;
        }
        for (String pair : attributes(value)) {
            int equals = pair.indexOf('=');
            String key = equals < 0 ? pair : pair.substring(0, equals);
            if (key.equals(attribute) && equals >= 0) {
                attributeFound = true;
                return pair.substring(equals + 1);
            }
            if (attributesSeen.size() < SHOWN_ATTRIBUTES && !key.equals("_")) {
                attributesSeen.add(key);
            }
        }
        return otherwise;
    }

    /// Whether an attribute was asked for that no word had.
    boolean attributeMissing() {
        return attribute != null && !attributeFound;
    }

    /// What there was instead, for a message.
    String attributesSeen() {
        return attributesSeen.isEmpty()
                ? ""
                : "; there are %s".formatted(NearestName.list(attributesSeen));
    }

    private static List<String> attributes(String field) {
        List<String> attributes = new ArrayList<>();
        int start = 0;
        for (int i = 0; i <= field.length(); i++) {
            if (i == field.length() || field.charAt(i) == '|') {
                attributes.add(field.substring(start, i));
                start = i + 1;
            }
        }
        return attributes;
    }
}
