package xlmr.hub;

import java.io.IOException;
import java.io.Serial;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/// Fetches one content into the cache. What a broken connection or a killed process left is
/// continued; nothing gets its final name before its size and digest are right.
final class BlobDownload {
    /// So many new bytes make a failure the first one again. A server cannot keep a download alive
    /// forever by sending a byte a time.
    private static final long ENOUGH_PROGRESS = 1 << 18;

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
                collect(address, incomplete, remote.etag(), size);
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

    private void collect(FileAddress address, Path incomplete, String etag, long size)
            throws IOException, Mismatch, InterruptedException {
        try (IncompleteFile file = IncompleteFile.open(incomplete, etag, size)) {
            checkSpace(address, incomplete, size - file.length());
            Retries retries = new Retries(settings.retries(), address, listener);
            long furthest = file.length();
            while (!file.isWhole()) {
                try (HubClient.Content content = client.open(address, file.length())) {
                    if (content.offset() != file.length()) {
                        file.restart();
                    }
                    receive(address, content, file, size);
                } catch (PassingFailure e) {
                    if (file.length() - furthest >= ENOUGH_PROGRESS) {
                        retries.progressed();
                        furthest = file.length();
                    }
                    retries.failed(e);
                }
            }
            if (!file.finish()) {
                throw new Mismatch("what came has another checksum than the Hub announced");
            }
        }
    }

    /// Adds a body to the file.
    private void receive(
            FileAddress address, HubClient.Content content, IncompleteFile file, long size)
            throws IOException, PassingFailure, Mismatch, InterruptedException {
        if (content.offset() < 0) {
            throw new PassingFailure("the server does not send the rest");
        }
        if (content.total().isPresent() && content.total().getAsLong() != size) {
            throw new Mismatch(
                    "%,d bytes were announced, %,d are sent"
                            .formatted(size, content.total().getAsLong()));
        }
        List<ByteBuffer> buffers = next(content);
        while (!buffers.isEmpty()) {
            if (!file.add(buffers)) {
                throw new Mismatch("more than the announced %,d bytes came".formatted(size));
            }
            listener.progress(address.file(), file.length(), size);
            buffers = next(content);
        }
        if (!file.isWhole()) {
            throw new PassingFailure(
                    "the connection ended after %,d of %,d bytes".formatted(file.length(), size));
        }
    }

    private List<ByteBuffer> next(HubClient.Content content)
            throws PassingFailure, InterruptedException {
        try {
            return content.body().next(settings.patience());
        } catch (IOException e) {
            throw new PassingFailure("the connection broke (%s)".formatted(e.getMessage()), e);
        }
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
