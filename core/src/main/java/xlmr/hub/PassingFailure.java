package xlmr.hub;

import java.io.Serial;
import java.time.Duration;

/// A request failed for a reason that may be gone the next time.
final class PassingFailure extends Exception {
    @Serial private static final long serialVersionUID = 1;

    private final Duration wait;

    /// @param wait how long the server asks to wait
    PassingFailure(String message, Duration wait) {
        super(message);
        this.wait = wait;
    }

    PassingFailure(String message) {
        this(message, Duration.ZERO);
    }

    PassingFailure(String message, Throwable cause) {
        super(message, cause);
        this.wait = Duration.ZERO;
    }

    Duration waitAsked() {
        return wait;
    }

    String words() {
        return String.valueOf(getMessage());
    }
}
