package xlmr.cuda;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Optional;
import xlmr.checkpoint.AtomicFile;
import xlmr.checkpoint.CheckpointException;

/// What was compiled before, in files named by what they depend on: the fingerprint of the source,
/// the target and the compiler's version. Each begins with the SHA-256 of the rest; what does not
/// fit it is compiled anew.
///
/// @param directory is made where it is missing; where that is not possible nothing is kept
record KernelCache(Path directory) {
    private static final int DIGEST_BYTES = 32;

    /// Larger than any family; what is larger was not written here.
    private static final long LARGEST = 64L << 20;

    /// Below the directory that the property `xlmr.cache` or the variable `XLMR_CACHE` names, else
    /// below `~/.cache/xlmr`.
    static KernelCache ofUser() {
        String chosen = System.getProperty("xlmr.cache", System.getenv("XLMR_CACHE"));
        if (chosen != null) {
            return new KernelCache(Path.of(chosen, "kernels"));
        }
        String caches = System.getenv("XDG_CACHE_HOME");
        Path parent =
                caches == null || caches.isEmpty()
                        ? Path.of(System.getProperty("user.home"), ".cache")
                        : Path.of(caches);
        return new KernelCache(parent.resolve("xlmr").resolve("kernels"));
    }

    /// Where a family lies.
    Path file(KernelSource source, String target, String version) {
        return directory.resolve(
                "%s-%s-%s-nvrtc%s.bin"
                        .formatted(source.name(), source.fingerprint(), target, version));
    }

    /// What a file holds, if it is whole.
    Optional<byte[]> read(Path file) {
        try {
            if (!Files.isRegularFile(file) || Files.size(file) > LARGEST) {
                return Optional.empty();
            }
            byte[] all = Files.readAllBytes(file);
            if (all.length <= DIGEST_BYTES) {
                return Optional.empty();
            }
            byte[] image = Arrays.copyOfRange(all, DIGEST_BYTES, all.length);
            return MessageDigest.isEqual(Arrays.copyOf(all, DIGEST_BYTES), digest(image))
                    ? Optional.of(image)
                    : Optional.empty();
        } catch (IOException exception) {
            return Optional.empty();
        }
    }

    /// Keeps an image; without effect where the directory cannot be written to, since it can be
    /// made again.
    void write(Path file, byte[] image) {
        try {
            Files.createDirectories(directory);
            AtomicFile.write(
                    file,
                    channel -> {
                        writeAll(channel, digest(image));
                        writeAll(channel, image);
                    });
        } catch (IOException | CheckpointException ignored) {
            // Compiled again the next time.
        }
    }

    private static void writeAll(FileChannel channel, byte[] bytes) throws IOException {
        ByteBuffer rest = ByteBuffer.wrap(bytes);
        while (rest.hasRemaining()) {
            channel.write(rest);
        }
    }

    private static byte[] digest(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException exception) {
            throw new AssertionError("every JDK has SHA-256", exception);
        }
    }
}
