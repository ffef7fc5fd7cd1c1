package xlmr.checkpoint;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/// Has the disk write a growing file while the rest is still being made, so that little is left to
/// wait for when its end is forced.
public final class SteadyFlush implements AutoCloseable {
    /// So many bytes are worth a call.
    private static final long STEP = 1 << 26;

    private final FileChannel file;
    private final ExecutorService thread =
            Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().name("flush").factory());
    private @Nullable Future<?> running;
    private long asked;

    /// For a file that is written to its end through this channel.
    public SteadyFlush(FileChannel file) {
        this.file = file;
    }

    /// Says that the file has grown to `length` bytes. Small files cost nothing.
    ///
    /// @throws IOException if the disk could not write what was asked of it before
    public void grownTo(long length) throws IOException {
        if (length - asked >= STEP && (running == null || running.isDone())) {
            settle();
            asked = length;
            running =
                    thread.submit(
                            () -> {
                                file.force(false);
                                return null;
                            });
        }
    }

    /// Waits for what was asked of the disk so far. Call it before the end is forced: the system
    /// tells of a failed write once only, so a failure that this has seen would not be seen again.
    ///
    /// @throws IOException if the disk could not write
    public void settle() throws IOException {
        if (running == null) {
            return;
        }
        try {
            running.get();
        } catch (ExecutionException e) {
            throw new IOException("the disk could not write: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while the disk was writing", e);
        }
    }

    /// Waits for what runs. Interrupting it would close the file under its writer.
    @Override
    public void close() {
        thread.close();
    }
}
