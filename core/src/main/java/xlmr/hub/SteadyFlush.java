package xlmr.hub;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/// Has the disk write a growing file while the rest still comes, so that little is left to wait for
/// at its end.
final class SteadyFlush implements AutoCloseable {
    /// So many bytes are worth a call.
    private static final long STEP = 1 << 26;

    private final FileChannel file;
    private final ExecutorService thread =
            Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().name("flush").factory());
    private @Nullable Future<?> running;
    private long asked;

    SteadyFlush(FileChannel file) {
        this.file = file;
    }

    /// Says that the file has grown to `length` bytes.
    ///
    /// @throws IOException if the disk could not write what was asked of it before
    void grownTo(long length) throws IOException {
        if (length - asked >= STEP && (running == null || running.isDone())) {
            await();
            asked = length;
            running =
                    thread.submit(
                            () -> {
                                file.force(false);
                                return null;
                            });
        }
    }

    /// Returns when all of the file is on the disk.
    ///
    /// @throws IOException if it cannot be written. The system tells of a failed write once only,
    ///   so that of an earlier call counts too.
    void finish() throws IOException {
        await();
        file.force(true);
    }

    private void await() throws IOException {
        if (running == null) {
            return;
        }
        try {
            running.get();
        } catch (ExecutionException e) {
            throw new IOException("the disk could not write what came", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while the disk was writing", e);
        }
    }

    /// Waits for what runs. Interrupting it would close the file under its reader.
    @Override
    public void close() {
        thread.close();
    }
}
