package xlmr.backend;

/// A backend that was asked for cannot compute here. The message is one line and ends in a remedy.
public final class BackendUnavailableException extends IllegalStateException {
    /// With one line: what, why, and what to do.
    public BackendUnavailableException(String message) {
        super(message);
    }

    /// With the exception behind it.
    public BackendUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }
}
