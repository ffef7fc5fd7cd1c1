package xlmr.hub;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Checks a content against the name that the Hub gives it: the SHA-256 of a large file (Git LFS),
/// the SHA-1 of Git's object for a small one. Servers that stand in for the Hub may use names that
/// say nothing about the content; then only the size is checked.
final class BlobDigest {
    private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");
    private static final Pattern SHA1 = Pattern.compile("[0-9a-f]{40}");
    private static final int CHUNK = 1 << 20;

    private final String etag;
    private final long size;
    private final @Nullable MessageDigest digest;

    /// @param size in bytes: Git hashes it with the content
    BlobDigest(String etag, long size) {
        this.etag = etag;
        this.size = size;
        if (SHA256.matcher(etag).matches()) {
            digest = digest("SHA-256");
        } else if (SHA1.matcher(etag).matches()) {
            digest = digest("SHA-1");
        } else {
            digest = null;
        }
        restart();
    }

    /// Forgets what it saw.
    void restart() {
        if (digest != null) {
            digest.reset();
            if (digest.getAlgorithm().equals("SHA-1")) {
                digest.update(("blob " + size + "\0").getBytes(StandardCharsets.US_ASCII));
            }
        }
    }

    /// Takes in the bytes up to the buffer's limit; its position is then there.
    void update(ByteBuffer bytes) {
        if (digest != null) {
            digest.update(bytes);
        }
    }

    /// Takes in the first `length` bytes of a file.
    void update(FileChannel file, long length) throws IOException {
        if (digest == null) {
            return;
        }
        ByteBuffer chunk = ByteBuffer.allocate(CHUNK);
        long position = 0;
        while (position < length) {
            chunk.clear().limit((int) Math.min(CHUNK, length - position));
            int read = file.read(chunk, position);
            if (read < 0) {
                throw new IOException("the file became shorter while it was read");
            }
            digest.update(chunk.flip());
            position += read;
        }
    }

    /// Whether what was taken in has the name. Ends the computation.
    boolean matches() {
        return digest == null || HexFormat.of().formatHex(digest.digest()).equals(etag);
    }

    private static MessageDigest digest(String algorithm) {
        try {
            return MessageDigest.getInstance(algorithm);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has " + algorithm, e);
        }
    }
}
