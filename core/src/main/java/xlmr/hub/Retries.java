package xlmr.hub;

import java.time.Duration;

/// Counts what failed in a row while one file is fetched, and waits in between.
final class Retries {
    private final RetryPolicy policy;
    private final FileAddress address;
    private final HubListener listener;
    private int failures;

    Retries(RetryPolicy policy, FileAddress address, HubListener listener) {
        this.policy = policy;
        this.address = address;
        this.listener = listener;
    }

    /// Something was achieved.
    void progressed() {
        failures = 0;
    }

    /// Waits until it is worth to try again.
    ///
    /// @throws HubException if it is not
    void failed(PassingFailure failure) throws InterruptedException {
        failures++;
        Duration asked = failure.waitAsked();
        if (asked.compareTo(policy.longest()) > 0) {
            throw unreachable(
                    "%s and asks to wait %d seconds".formatted(failure.words(), asked.toSeconds()),
                    failure);
        }
        if (failures >= policy.attempts()) {
            throw unreachable(
                    failures == 1
                            ? failure.words()
                            : "%s, %d times in a row".formatted(failure.words(), failures),
                    failure);
        }
        Duration pause = policy.pause(failures);
        pause = pause.compareTo(asked) < 0 ? asked : pause;
        listener.notice(
                HubException.oneLine(
                        "%s: %s; trying again in %d s"
                                .formatted(address, failure.words(), pause.toSeconds())));
        Thread.sleep(pause);
    }

    private HubException unreachable(String reason, PassingFailure cause) {
        return new HubException(
                HubException.Kind.UNREACHABLE,
                address.toString(),
                reason,
                "try again later: what has arrived is kept",
                cause);
    }
}
