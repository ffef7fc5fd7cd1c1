package xlmr.checkpoint;

import java.io.IOException;
import java.io.Serial;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/// A checkpoint, index or configuration that cannot be read or written. The message is one line:
/// file, reason, remedy.
///
/// Names and values in it come from strangers' files, so control characters are escaped and long
/// texts are cut.
public final class CheckpointException extends RuntimeException {
    @Serial private static final long serialVersionUID = 1;

    private static final int LONGEST_REASON = 600;

    private final String file;
    private final String reason;
    private final String remedy;

    /// @param file what was read: as a rule a path
    /// @param reason what is wrong, without the file's name
    /// @param remedy what to do, or an empty text
    public CheckpointException(String file, String reason, String remedy) {
        super(oneLine(file) + ": " + oneLine(reason) + (remedy.isEmpty() ? "" : "; " + remedy));
        this.file = file;
        this.reason = oneLine(reason);
        this.remedy = remedy;
    }

    /// An error of the file that its owner has to repair; there is no better remedy than another
    /// copy.
    public CheckpointException(String file, String reason) {
        this(file, reason, "");
    }

    /// What the operating system said about a file, in words.
    public static CheckpointException of(Path file, IOException cause) {
        String reason =
                switch (cause) {
                    case NoSuchFileException missing ->
                            file.toString().equals(missing.getFile())
                                    ? "does not exist"
                                    : missing.getFile() + " does not exist";
                    case AccessDeniedException denied -> "no permission for " + denied.getFile();
                    default -> cause.getMessage() == null ? cause.toString() : cause.getMessage();
                };
        CheckpointException exception = new CheckpointException(file.toString(), reason);
        exception.initCause(cause);
        return exception;
    }

    /// What was read: as a rule a path.
    public String file() {
        return file;
    }

    /// What is wrong, without the file's name.
    public String reason() {
        return reason;
    }

    /// What to do, or an empty text.
    public String remedy() {
        return remedy;
    }

    private static String oneLine(String text) {
        StringBuilder line = new StringBuilder();
        text.codePoints()
                .limit(LONGEST_REASON)
                .forEach(
                        c -> {
                            int type = Character.getType(c);
                            boolean visible =
                                    type != Character.CONTROL
                                            && type != Character.FORMAT
                                            && type != Character.SURROGATE
                                            && type != Character.LINE_SEPARATOR
                                            && type != Character.PARAGRAPH_SEPARATOR;
                            if (visible) {
                                line.appendCodePoint(c);
                            } else {
                                line.append("\\u%04X".formatted(c));
                            }
                        });
        if (text.codePointCount(0, text.length()) > LONGEST_REASON) {
            line.append('…');
        }
        return line.toString();
    }
}
