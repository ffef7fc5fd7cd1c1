package xlmr.hub;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;

/// A stub with a small model, and a Hub that asks it and does not wait long.
final class HubFixture implements AutoCloseable {
    static final byte[] WEIGHTS = bytes(300_000, 1);
    static final String CONFIG = "{\"model_type\": \"xlm-roberta\"}";

    final StubHub server = new StubHub();
    final Path cache;
    final List<String> notices = new CopyOnWriteArrayList<>();

    HubFixture(Path cache) throws IOException {
        this.cache = cache;
        server.put("config.json", CONFIG)
                .put("model.safetensors", WEIGHTS)
                .put("tokenizer.json", "{}")
                .put("README.md", "# Read me");
    }

    HubSettings settings() {
        return HubSettings.of(server.address(), cache)
                .withRetries(new RetryPolicy(4, Duration.ofMillis(2), Duration.ofSeconds(2)))
                .withPatience(Duration.ofMillis(1500));
    }

    Hub hub() {
        return hub(settings());
    }

    Hub hub(HubSettings settings) {
        return Hub.of(settings)
                .withListener(
                        new HubListener() {
                            @Override
                            public void notice(String message) {
                                notices.add(message);
                            }
                        });
    }

    Path folder() {
        return cache.resolve("models--org--name");
    }

    Path snapshot() {
        return folder().resolve("snapshots").resolve(StubHub.COMMIT);
    }

    Path blob(byte[] content) {
        return folder().resolve("blobs").resolve(StubHub.etag(content));
    }

    Path incomplete(byte[] content) {
        return folder().resolve("blobs").resolve(StubHub.etag(content) + ".incomplete");
    }

    static byte[] bytes(int count, long seed) {
        byte[] bytes = new byte[count];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
