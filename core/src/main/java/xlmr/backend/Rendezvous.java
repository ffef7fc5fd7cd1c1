package xlmr.backend;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Where the threads of several ranks meet: each brings something, waits for the others and takes
/// with it what all have brought. When one fails, or does not come in time, no other waits any
/// longer.
public final class Rendezvous {
    private final int ranks;
    private final Duration patience;
    private Meeting meeting;
    private @Nullable Failure failure;

    /// The first that went wrong.
    ///
    /// @param rank who failed, or was missed
    public record Failure(int rank, Throwable reason) {}

    /// Another rank has failed; [#failure] says which, and why.
    public static final class Broken extends RuntimeException {
        private static final long serialVersionUID = 1;

        private Broken(Failure failure) {
            super("rank %d has failed".formatted(failure.rank()), failure.reason());
        }
    }

    /// Somebody did not come.
    public static final class Missed extends RuntimeException {
        private static final long serialVersionUID = 1;

        private Missed(String message) {
            super(message);
        }
    }

    private static final class Meeting {
        private final @Nullable Object[] brought;
        private int missing;

        Meeting(int ranks) {
            brought = new @Nullable Object[ranks];
            missing = ranks;
        }
    }

    /// @param patience how long a rank waits for the others
    public Rendezvous(int ranks, Duration patience) {
        this.ranks = ranks;
        this.patience = patience;
        this.meeting = new Meeting(ranks);
    }

    /// How many meet.
    public int ranks() {
        return ranks;
    }

    /// Brings something and waits for the others.
    ///
    /// @return what each has brought, by rank
    /// @throws Broken if another rank failed
    public <T> List<T> all(int rank, T value) {
        Meeting mine = bring(rank, value);
        List<T> all = new ArrayList<>(ranks);
        for (Object one : mine.brought) {
            // Everybody brings the same kind of thing to one meeting.
            @SuppressWarnings("unchecked")
            T typed = (T) one;
            all.add(typed);
        }
        return all;
    }

    private synchronized Meeting bring(int rank, Object value) {
        requireWhole();
        Meeting mine = meeting;
        mine.brought[rank] = value;
        if (--mine.missing == 0) {
            meeting = new Meeting(ranks);
            notifyAll();
            return mine;
        }
        long end = System.nanoTime() + patience.toNanos();
        while (mine.missing > 0) {
            requireWhole();
            long left = (end - System.nanoTime()) / 1_000_000;
            if (left <= 0) {
                fail(firstMissing(mine), new Missed(missed(mine)));
                requireWhole();
            }
            try {
                wait(left);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                fail(rank, e);
                requireWhole();
            }
        }
        return mine;
    }

    private String missed(Meeting mine) {
        return "expected within %d s, and did not come (%d of %d ranks were there)"
                .formatted(patience.toSeconds(), ranks - mine.missing, ranks);
    }

    private int firstMissing(Meeting mine) {
        return Arrays.asList(mine.brought).indexOf(null);
    }

    private void requireWhole() {
        if (failure != null) {
            throw new Broken(failure);
        }
    }

    /// Says that a rank has failed. Only the first failure is kept.
    public synchronized void fail(int rank, Throwable reason) {
        if (failure == null) {
            failure = new Failure(rank, reason);
        }
        notifyAll();
    }

    /// What went wrong first; null for nothing.
    public synchronized @Nullable Failure failure() {
        return failure;
    }
}
