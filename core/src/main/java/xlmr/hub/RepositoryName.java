package xlmr.hub;

import java.util.regex.Pattern;

/// The name of a model on the Hub: `organization/name`, or a plain `name` of the oldest models.
///
/// @param value as it stands in the model's address
public record RepositoryName(String value) {
    private static final String PART = "[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,94}[A-Za-z0-9_])?";
    private static final Pattern NAME = Pattern.compile("(?:" + PART + "/)?" + PART);

    /// @throws HubException if it is none; see [#isValid]
    public RepositoryName {
        if (!isValid(value)) {
            throw new HubException(
                    HubException.Kind.REFUSED,
                    value.isEmpty() ? "an empty name" : value,
                    "no name of a model on the Hub",
                    "expected organization/name of letters, digits, '-', '_' and '.', each part at"
                            + " most 96 long and not beginning or ending in '-' or '.'");
        }
    }

    /// Whether a text could be a name. `--` and `..` are not allowed in one, so that the folder of
    /// the cache is unambiguous.
    public static boolean isValid(String text) {
        return NAME.matcher(text).matches()
                && !text.contains("--")
                && !text.contains("..")
                && !text.endsWith(".git");
    }

    /// Whether it has an organization.
    public boolean hasOrganization() {
        return value.indexOf('/') >= 0;
    }

    /// Its folder in the cache: `models--organization--name`.
    String folder() {
        return "models--" + value.replace("/", "--");
    }

    @Override
    public String toString() {
        return value;
    }
}
