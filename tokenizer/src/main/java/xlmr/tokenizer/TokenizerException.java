package xlmr.tokenizer;

import java.nio.file.Path;

/// A tokenizer file that cannot be used, or a request that it cannot answer. The message is one
/// line that names the file and the reason.
public final class TokenizerException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /// A refusal that concerns no single file.
    public TokenizerException(String message) {
        super(message);
    }

    /// A refusal with the error that led to it.
    public TokenizerException(String message, Throwable cause) {
        super(message, cause);
    }

    /// The refusal of a file: `file: reason`.
    public static TokenizerException of(Path file, String reason) {
        return new TokenizerException(file + ": " + reason);
    }

    /// The refusal of a file, with the error that led to it.
    public static TokenizerException of(Path file, String reason, Throwable cause) {
        return new TokenizerException(file + ": " + reason, cause);
    }
}
