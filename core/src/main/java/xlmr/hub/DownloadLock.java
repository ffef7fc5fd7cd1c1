package xlmr.hub;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Keeps others, in this process and in others, from collecting the same content at the same time.
/// The system gives it back when a process ends, however it ends.
final class DownloadLock implements AutoCloseable {
    private static final long PAUSE_MILLISECONDS = 100;
    private static final long SAY_AFTER_MILLISECONDS = 1000;

    /// Locks of files are those of a process: its threads need another.
    private static final ConcurrentMap<Path, ReentrantLock> THREADS = new ConcurrentHashMap<>();

    private final ReentrantLock thread;
    private final FileChannel channel;
    private final FileLock lock;

    private DownloadLock(ReentrantLock thread, FileChannel channel, FileLock lock) {
        this.thread = thread;
        this.channel = channel;
        this.lock = lock;
    }

    /// Waits until nobody else has it.
    ///
    /// @param waiting is told once if that takes a while
    static DownloadLock acquire(Path file, Runnable waiting) throws InterruptedException {
        HubCache.createParent(file);
        ReentrantLock thread = THREADS.computeIfAbsent(file, name -> new ReentrantLock());
        thread.lockInterruptibly();
        @Nullable FileChannel channel = null;
        boolean acquired = false;
        try {
            channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            long waited = 0;
            FileLock lock = channel.tryLock();
            while (lock == null) {
                if (waited == SAY_AFTER_MILLISECONDS) {
                    waiting.run();
                }
                Thread.sleep(PAUSE_MILLISECONDS);
                waited += PAUSE_MILLISECONDS;
                lock = channel.tryLock();
            }
            acquired = true;
            return new DownloadLock(thread, channel, lock);
        } catch (IOException e) {
            throw HubCache.failure(file, e);
        } finally {
            if (!acquired) {
                closeQuietly(channel);
                thread.unlock();
            }
        }
    }

    @Override
    public void close() {
        try {
            lock.release();
        } catch (IOException e) {
            // closing the file releases it, too
        } finally {
            closeQuietly(channel);
            thread.unlock();
        }
    }

    private static void closeQuietly(@Nullable FileChannel channel) {
        if (channel == null) {
            return;
        }
        try {
            channel.close();
        } catch (IOException e) {
            // nothing was written
        }
    }
}
