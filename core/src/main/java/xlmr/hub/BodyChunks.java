package xlmr.hub;

import java.io.IOException;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// The body of a response as it comes in, with a bound on memory and on silence: the JDK's own
/// stream waits forever for a server that has stopped to send.
final class BodyChunks implements BodySubscriber<BodyChunks>, AutoCloseable {
    /// Pieces, of 16 KB as a rule, that may wait here.
    private static final int AHEAD = 64;

    private sealed interface Signal {}

    private record Bytes(List<ByteBuffer> buffers) implements Signal {}

    private record Failed(Throwable cause) implements Signal {}

    private record Ended() implements Signal {}

    private final boolean wanted;
    private final LinkedBlockingQueue<Signal> signals = new LinkedBlockingQueue<>();
    private final List<Signal> taken = new ArrayList<>();
    private volatile Flow.@Nullable Subscription subscription;
    private boolean ended;

    /// @param wanted whether the body is to be read at all; else the connection is given up
    BodyChunks(boolean wanted) {
        this.wanted = wanted;
    }

    @Override
    public CompletionStage<BodyChunks> getBody() {
        return CompletableFuture.completedFuture(this);
    }

    @Override
    public void onSubscribe(Flow.Subscription given) {
        subscription = given;
        if (wanted) {
            given.request(AHEAD);
        } else {
            given.cancel();
        }
    }

    @Override
    public void onNext(List<ByteBuffer> buffers) {
        signals.add(new Bytes(buffers));
    }

    @Override
    public void onError(Throwable cause) {
        signals.add(new Failed(cause));
    }

    @Override
    public void onComplete() {
        signals.add(new Ended());
    }

    /// What has come since the last call, at least one buffer; empty at the end.
    ///
    /// @throws HttpTimeoutException if nothing comes for so long
    /// @throws IOException if the connection breaks
    List<ByteBuffer> next(Duration patience) throws IOException, InterruptedException {
        List<ByteBuffer> buffers = new ArrayList<>();
        while (buffers.isEmpty() && !ended) {
            if (taken.isEmpty()) {
                Signal first = signals.poll(patience.toMillis(), TimeUnit.MILLISECONDS);
                if (first == null) {
                    throw new HttpTimeoutException(
                            "nothing came for %d seconds".formatted(patience.toSeconds()));
                }
                taken.add(first);
                signals.drainTo(taken);
            }
            take(buffers);
        }
        return buffers;
    }

    /// Moves what was taken into `buffers`; a failure waits until all before it has been handed
    /// out.
    private void take(List<ByteBuffer> buffers) throws IOException {
        int count = 0;
        for (Signal signal : taken) {
            switch (signal) {
                case Bytes bytes -> buffers.addAll(bytes.buffers());
                case Ended() -> ended = true;
                case Failed(Throwable cause) -> {
                    if (count == 0) {
                        throw new IOException(cause.getMessage(), cause);
                    }
                    taken.subList(0, count).clear();
                    request(count);
                    return;
                }
            }
            count++;
        }
        taken.clear();
        request(count);
    }

    private void request(int count) {
        Flow.Subscription current = subscription;
        if (current != null && count > 0 && !ended) {
            current.request(count);
        }
    }

    /// Gives up what has not been read, and the connection with it.
    @Override
    public void close() {
        Flow.Subscription current = subscription;
        if (current != null && !ended) {
            current.cancel();
        }
    }
}
