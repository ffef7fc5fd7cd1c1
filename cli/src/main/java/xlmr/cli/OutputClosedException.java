package xlmr.cli;

import java.io.IOException;

/// Standard output takes no more: its reader has gone, as `head` does after its last line, or a
/// disk is full.
final class OutputClosedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    OutputClosedException(IOException cause) {
        super(cause.getMessage(), cause);
    }
}
