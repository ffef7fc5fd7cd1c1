package xlmr.hub;

import java.util.Optional;
import java.util.regex.Pattern;

/// Names that come from servers, files of strangers or the command line and become part of a path.
final class RemoteNames {
    private static final int LONGEST_FILE = 512;
    private static final int LONGEST_REVISION = 200;

    private static final Pattern COMMIT = Pattern.compile("[0-9a-f]{40}");
    private static final Pattern ETAG = Pattern.compile("[A-Za-z0-9_+=-][A-Za-z0-9_.+=-]{0,159}");
    private static final String UNSAFE_IN_FILES = "\\:*?\"<>|";
    private static final String UNSAFE_IN_REVISIONS = UNSAFE_IN_FILES + " ~^[";

    private RemoteNames() {}

    /// A file of a repository: relative, with `/` between its parts, none of which leads upwards.
    ///
    /// @param origin what named it, for the message
    static String file(String origin, String name) {
        if (!isPath(name, LONGEST_FILE, UNSAFE_IN_FILES)) {
            throw new HubException(
                    HubException.Kind.REFUSED,
                    origin,
                    "the file name '%s' is not accepted".formatted(name),
                    "expected a relative path without '..', '\\' and the like");
        }
        return name;
    }

    /// A branch, tag or commit.
    static String revision(String name) {
        if (!isPath(name, LONGEST_REVISION, UNSAFE_IN_REVISIONS)) {
            throw new HubException(
                    HubException.Kind.REFUSED,
                    "the revision '%s'".formatted(name),
                    "not accepted",
                    "expected a branch, a tag or a commit, such as main");
        }
        return name;
    }

    /// Whether a revision is a full commit, which never changes.
    static boolean isCommit(String revision) {
        return COMMIT.matcher(revision).matches();
    }

    /// The name under which the cache keeps a content: an ETag header without quotes and the mark
    /// of a weak one. Empty if it would not be a plain file name.
    static Optional<String> etag(String header) {
        String etag = header.strip();
        if (etag.startsWith("W/")) {
            etag = etag.substring(2);
        }
        if (etag.length() >= 2 && etag.startsWith("\"") && etag.endsWith("\"")) {
            etag = etag.substring(1, etag.length() - 1);
        }
        return ETAG.matcher(etag).matches() ? Optional.of(etag) : Optional.empty();
    }

    private static boolean isPath(String name, int longest, String unsafe) {
        if (name.isEmpty() || name.length() > longest) {
            return false;
        }
        for (String part : name.split("/", -1)) {
            if (part.isEmpty() || part.equals(".") || part.equals("..")) {
                return false;
            }
        }
        return name.chars()
                .allMatch(
                        c ->
                                c >= ' '
                                        && c != 0x7f
                                        && !Character.isISOControl(c)
                                        && !Character.isSurrogate((char) c)
                                        && unsafe.indexOf(c) < 0);
    }
}
