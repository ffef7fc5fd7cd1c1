package xlmr.hub;

import java.io.IOException;
import java.io.Serial;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;

/// Fetches one content into the cache. What a broken connection or a killed process left is
/// continued; nothing gets its final name before its size and digest are right.
final class BlobDownload {
    /// So many new bytes make a failure the first one again. A server cannot keep a download alive
    /// forever by sending a byte a time.
    private static final long ENOUGH_PROGRESS = 1 << 18;

    /// What is digested and written at a time.
    private static final int CHUNK = 1 << 18;

    private final HubClient client;
    private final HubSettings settings;
    private final HubListener listener;

    BlobDownload(HubClient client, HubSettings settings, HubListener listener) {
        this.client = client;
        this.settings = settings;
        this.listener = listener;
    }

    /// What came is not what was announced. What had been collected is gone.
    static final class Mismatch extends Exception {
        @Serial private static final long serialVersionUID = 1;

        Mismatch(String message) {
            super(message);
        }
    }

    /// Makes sure that the cache has the content.
    void fetch(FileAddress address, RemoteFile remote, HubCache cache)
            throws Mismatch, InterruptedException {
        Path blob = cache.blob(remote.etag());
        if (isWhole(blob, remote)) {
            return;
        }
        cache.markAsCache();
        HubCache.createParent(blob);
        try (DownloadLock _ =
                DownloadLock.acquire(
                        cache.lock(remote.etag()),
                        () -> listener.notice(address + ": waiting for another download of it"))) {
            if (isWhole(blob, remote)) {
                return;
            }
            Path incomplete = cache.incomplete(remote.etag());
            long size = remote.size().isPresent() ? remote.size().getAsLong() : askSize(address);
            try {
                collect(address, incomplete, new BlobDigest(remote.etag(), size), size);
            } catch (Mismatch e) {
                Files.deleteIfExists(incomplete);
                throw e;
            }
            Files.move(incomplete, blob, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw HubCache.failure(blob, e);
        }
    }

    private static boolean isWhole(Path blob, RemoteFile remote) {
        try {
            return Files.isRegularFile(blob)
                    && (remote.size().isEmpty() || Files.size(blob) == remote.size().getAsLong());
        } catch (IOException e) {
            throw HubCache.failure(blob, e);
        }
    }

    private void collect(FileAddress address, Path incomplete, BlobDigest digest, long size)
            throws IOException, Mismatch, InterruptedException {
        try (FileChannel file =
                FileChannel.open(
                        incomplete,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE)) {
            long done = file.size();
            if (done > size) {
                done = restart(file, digest);
            }
            checkSpace(address, incomplete, size - done);
            digest.update(file, done);
            Retries retries = new Retries(settings.retries(), address, listener);
            long settled = done;
            while (done < size) {
                file.position(done);
                try (HubClient.Content content = client.open(address, done)) {
                    if (content.offset() != done) {
                        done = restart(file, digest);
                        settled = 0;
                    }
                    receive(address, content, file, digest, size);
                } catch (PassingFailure e) {
                    done = file.position();
                    if (done - settled >= ENOUGH_PROGRESS) {
                        retries.progressed();
                        settled = done;
                    }
                    retries.failed(e);
                }
                done = file.position();
            }
            if (!digest.matches()) {
                throw new Mismatch("what came has another checksum than the Hub announced");
            }
            file.force(true);
        }
    }

    /// Writes a body behind the file's position.
    private void receive(
            FileAddress address,
            HubClient.Content content,
            FileChannel file,
            BlobDigest digest,
            long size)
            throws IOException, PassingFailure, Mismatch, InterruptedException {
        if (content.offset() < 0) {
            throw new PassingFailure("the server does not send the rest");
        }
        if (content.total().isPresent() && content.total().getAsLong() != size) {
            throw new Mismatch(
                    "%,d bytes were announced, %,d are sent"
                            .formatted(size, content.total().getAsLong()));
        }
        ByteBuffer chunk = ByteBuffer.allocate(CHUNK);
        List<ByteBuffer> buffers = next(content);
        while (!buffers.isEmpty()) {
            for (ByteBuffer buffer : buffers) {
                while (buffer.hasRemaining()) {
                    if (!chunk.hasRemaining()) {
                        write(chunk, file, digest, size);
                    }
                    int count = Math.min(chunk.remaining(), buffer.remaining());
                    chunk.put(chunk.position(), buffer, buffer.position(), count);
                    chunk.position(chunk.position() + count);
                    buffer.position(buffer.position() + count);
                }
            }
            write(chunk, file, digest, size);
            listener.progress(address.file(), file.position(), size);
            buffers = next(content);
        }
        if (file.position() < size) {
            throw new PassingFailure(
                    "the connection ended after %,d of %,d bytes".formatted(file.position(), size));
        }
    }

    /// Takes in and writes what a chunk has collected, and empties it.
    private static void write(ByteBuffer chunk, FileChannel file, BlobDigest digest, long size)
            throws IOException, Mismatch {
        chunk.flip();
        if (chunk.remaining() > size - file.position()) {
            throw new Mismatch("more than the announced %,d bytes came".formatted(size));
        }
        digest.update(chunk.duplicate());
        while (chunk.hasRemaining()) {
            file.write(chunk);
        }
        chunk.clear();
    }

    private List<ByteBuffer> next(HubClient.Content content)
            throws PassingFailure, InterruptedException {
        try {
            return content.body().next(settings.patience());
        } catch (IOException e) {
            throw new PassingFailure("the connection broke (%s)".formatted(e.getMessage()), e);
        }
    }

    private static long restart(FileChannel file, BlobDigest digest) throws IOException {
        file.truncate(0);
        digest.restart();
        return 0;
    }

    /// The size of a file whose HEAD did not tell it.
    private long askSize(FileAddress address) throws InterruptedException {
        Retries retries = new Retries(settings.retries(), address, listener);
        while (true) {
            try (HubClient.Content content = client.open(address, 0)) {
                return content.total()
                        .orElseThrow(
                                () ->
                                        new HubException(
                                                HubException.Kind.DAMAGED,
                                                address.toString(),
                                                "the server does not say how long it is",
                                                "check HF_ENDPOINT, proxy and firewall"));
            } catch (PassingFailure e) {
                retries.failed(e);
            }
        }
    }

    private static void checkSpace(FileAddress address, Path incomplete, long needed)
            throws IOException {
        long free = Files.getFileStore(incomplete).getUsableSpace();
        if (needed > free) {
            throw new HubException(
                    HubException.Kind.CACHE,
                    address.toString(),
                    "%,d bytes are needed in %s, %,d are free"
                            .formatted(needed, incomplete.getParent(), free),
                    "free space there, or set HF_HUB_CACHE to another disk");
        }
    }
}
