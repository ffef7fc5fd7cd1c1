package xlmr.hub;

import java.io.Serial;

/// Why a file or model cannot be had from the Hub. The message is one line: what was asked for,
/// what went wrong, what to do.
///
/// Parts of it come from servers, so control characters are escaped and long texts are cut.
public final class HubException extends RuntimeException {
    @Serial private static final long serialVersionUID = 1;

    private static final int LONGEST = 600;

    /// What kind of thing went wrong, for programs that react to it.
    public enum Kind {
        /// No such repository, revision or file.
        NOT_FOUND,
        /// The server wants a token, another token, or conditions to be accepted.
        DENIED,
        /// The server does not answer, or says that it cannot at the moment.
        UNREACHABLE,
        /// Not in the cache, and the network must not be used.
        OFFLINE,
        /// What came is not what was announced, or not what a Hub sends.
        DAMAGED,
        /// The cache cannot be read or written.
        CACHE,
        /// A name, address or setting that is not accepted.
        REFUSED,
        /// The thread was told to stop.
        INTERRUPTED
    }

    private final Kind kind;
    private final String problem;

    HubException(Kind kind, String subject, String reason, String remedy) {
        super(oneLine(subject + ": " + reason) + (remedy.isEmpty() ? "" : "; " + oneLine(remedy)));
        this.kind = kind;
        this.problem = oneLine(subject + ": " + reason);
    }

    HubException(Kind kind, String subject, String reason, String remedy, Throwable cause) {
        this(kind, subject, reason, remedy);
        initCause(cause);
    }

    /// What kind of thing went wrong.
    public Kind kind() {
        return kind;
    }

    /// The message without what to do.
    String problem() {
        return problem;
    }

    /// A text of a stranger on one line, without what could change a terminal.
    static String oneLine(String text) {
        StringBuilder line = new StringBuilder();
        text.codePoints().limit(LONGEST).forEach(c -> append(line, c));
        return text.codePointCount(0, text.length()) > LONGEST
                ? line.append('…').toString()
                : line.toString();
    }

    private static void append(StringBuilder line, int c) {
        boolean visible =
                switch (Character.getType(c)) {
                    case Character.CONTROL,
                            Character.FORMAT,
                            Character.SURROGATE,
                            Character.LINE_SEPARATOR,
                            Character.PARAGRAPH_SEPARATOR ->
                            false;
                    default -> true;
                };
        if (visible) {
            line.appendCodePoint(c);
        } else {
            line.append("\\u%04X".formatted(c));
        }
    }
}
