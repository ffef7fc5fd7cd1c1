package xlmr.train;

/// A run that cannot go on, with its reason and remedy in one line.
public final class TrainingException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /// @param message one clear line
    public TrainingException(String message) {
        super(message);
    }

    /// With the exception behind it.
    public TrainingException(String message, Throwable cause) {
        super(message, cause);
    }
}
