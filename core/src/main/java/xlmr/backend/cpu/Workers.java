package xlmr.backend.cpu;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// A small fixed team of threads that works off the tasks of one call, the caller being one of
/// them.
///
/// Tasks are handed out one by one, so a thread that is late does less. A worker that finds nothing
/// spins for [#SPIN_NANOS], which spans the gaps within a forward pass, and then parks. While one
/// caller has the team, others (and tasks that split their work again) do theirs alone.
final class Workers implements AutoCloseable {
    /// What is done for each index below the count.
    interface Task {
        void run(int index);
    }

    private static final long SPIN_NANOS = 100_000;

    private final Worker[] team;
    private final AtomicBoolean taken = new AtomicBoolean();
    private volatile @Nullable Job job;
    private volatile boolean closed;

    /// A team of `threads` threads, the caller included.
    Workers(int threads) {
        if (threads < 1) {
            throw new IllegalArgumentException(
                    "threads: expected at least 1, found %d".formatted(threads));
        }
        team = new Worker[threads - 1];
        for (int i = 0; i < team.length; i++) {
            team[i] = new Worker(i + 1);
        }
        for (Worker worker : team) {
            worker.start();
        }
    }

    int threads() {
        return team.length + 1;
    }

    /// Runs `task` for 0, 1, ..., `count - 1`, in any order, and returns when all are done.
    void run(int count, Task task) {
        if (count < 2 || team.length == 0 || !taken.compareAndSet(false, true)) {
            for (int index = 0; index < count; index++) {
                task.run(index);
            }
            return;
        }
        try {
            Job mine = new Job(task, count);
            job = mine;
            for (Worker worker : team) {
                worker.wake();
            }
            mine.work();
            mine.await();
        } finally {
            job = null;
            taken.set(false);
        }
    }

    @Override
    public void close() {
        closed = true;
        for (Worker worker : team) {
            LockSupport.unpark(worker);
        }
    }

    private static final class Job {
        private final Task task;
        private final int count;
        private final AtomicInteger next = new AtomicInteger();
        private final AtomicInteger finished = new AtomicInteger();
        private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

        Job(Task task, int count) {
            this.task = task;
            this.count = count;
        }

        void work() {
            for (int index; (index = next.getAndIncrement()) < count; ) {
                try {
                    task.run(index);
                } catch (RuntimeException | Error thrown) {
                    failure.compareAndSet(null, thrown);
                } finally {
                    finished.getAndIncrement();
                }
            }
        }

        void await() {
            long start = System.nanoTime();
            while (finished.get() < count) {
                if (System.nanoTime() - start < SPIN_NANOS) {
                    Thread.onSpinWait();
                } else {
                    // A worker lost its core in the middle of a task: leave ours to it.
                    Thread.yield();
                }
            }
            switch (failure.get()) {
                case null -> {}
                case Error error -> throw error;
                case RuntimeException exception -> throw exception;
                case Throwable other -> throw new AssertionError(other);
            }
        }
    }

    private final class Worker extends Thread {
        private volatile boolean parked;

        Worker(int number) {
            super("xlmr-worker-" + number);
            setDaemon(true);
        }

        void wake() {
            if (parked) {
                LockSupport.unpark(this);
            }
        }

        @Override
        public void run() {
            Job last = null;
            while (!closed) {
                Job next = job;
                if (next == null || next == last) {
                    last = next;
                    rest(last);
                } else {
                    next.work();
                    last = next;
                }
            }
        }

        /// Returns when there is another job than `last`, or sooner.
        private void rest(@Nullable Job last) {
            long start = System.nanoTime();
            while (System.nanoTime() - start < SPIN_NANOS) {
                if (hasOther(last)) {
                    return;
                }
                Thread.onSpinWait();
            }
            // The flag is up before the second look: a job put down later sees it and wakes us.
            parked = true;
            if (!hasOther(last) && !closed) {
                LockSupport.park(Workers.this);
            }
            parked = false;
        }

        private boolean hasOther(@Nullable Job last) {
            Job next = job;
            return next != null && next != last;
        }
    }
}
