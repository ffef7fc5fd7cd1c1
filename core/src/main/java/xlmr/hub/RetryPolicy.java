package xlmr.hub;

import java.time.Duration;

/// How often and after which pauses a request is repeated that failed for a passing reason.
///
/// @param attempts requests in a row that bring nothing new before the file is given up; at least 1
/// @param first the first pause; each further one is twice as long
/// @param longest the longest pause, also when a server asks for one by Retry-After
public record RetryPolicy(int attempts, Duration first, Duration longest) {
    /// Five attempts with pauses of 1, 2, 4 and 8 seconds; a server may ask for up to two minutes.
    public static final RetryPolicy DEFAULT =
            new RetryPolicy(5, Duration.ofSeconds(1), Duration.ofMinutes(2));

    /// @throws IllegalArgumentException if there is no attempt, or a pause is negative
    public RetryPolicy {
        if (attempts < 1 || first.isNegative() || longest.isNegative()) {
            throw new IllegalArgumentException(
                    "expected at least 1 attempt and no negative pause, found %d, %s and %s"
                            .formatted(attempts, first, longest));
        }
    }

    /// The same with one attempt.
    RetryPolicy once() {
        return new RetryPolicy(1, first, longest);
    }

    /// The pause after so many failures in a row, from 1.
    Duration pause(int failures) {
        Duration pause = first.multipliedBy(1L << Math.min(failures - 1, 20));
        return pause.compareTo(longest) > 0 ? longest : pause;
    }
}
