package xlmr.cli;

/// Why a command cannot do what it was asked to: one line for the person who asked, with the
/// remedy.
final class CommandException extends RuntimeException {
    private static final long serialVersionUID = 1;

    CommandException(String message) {
        super(message);
    }

    CommandException(String message, Throwable cause) {
        super(message, cause);
    }
}
