package xlmr.checkpoint;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// Replaces a file in one step: whoever looks sees the old content or the new, never a part, also
/// after a crash.
public final class AtomicFile {
    private static final Pattern TEMPORARY = Pattern.compile("\\..+\\.[0-9a-f]{16}\\.tmp");

    private AtomicFile() {}

    /// Writes the whole content to an empty file.
    @FunctionalInterface
    public interface Content {
        /// Writes at the channel's position.
        void writeTo(FileChannel channel) throws IOException;
    }

    /// Writes a temporary file beside the target, forces it to the disk and renames it. If anything
    /// fails the temporary file is deleted and the target is as it was.
    ///
    /// @throws CheckpointException if the disk is full, the directory is missing, or the like
    public static void write(Path target, Content content) {
        Path absolute = target.toAbsolutePath();
        Path temporary =
                absolute.resolveSibling(
                        ".%s.%016x.tmp"
                                .formatted(
                                        absolute.getFileName(),
                                        ThreadLocalRandom.current().nextLong()));
        try {
            try (FileChannel channel =
                    FileChannel.open(
                            temporary, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW)) {
                content.writeTo(channel);
                channel.force(true);
            }
            rename(temporary, absolute);
        } catch (IOException e) {
            throw CheckpointException.of(target, e);
        } finally {
            deleteQuietly(temporary);
        }
        forceDirectory(absolute);
    }

    /// Deletes what a process that was killed while it wrote left in a directory. No other process
    /// may be writing there.
    ///
    /// @throws CheckpointException if the directory cannot be read, or a file not be deleted
    public static void deleteUnfinished(Path directory) {
        try (Stream<Path> files = Files.list(directory)) {
            List<Path> unfinished =
                    files.filter(f -> TEMPORARY.matcher(f.getFileName().toString()).matches())
                            .toList();
            for (Path file : unfinished) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw CheckpointException.of(directory, e);
        }
    }

    private static void rename(Path from, Path to) throws IOException {
        try {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException e) {
            Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    // After the rename there is nothing to delete; before it, the first error is the one to report.
    private static void deleteQuietly(Path temporary) {
        try {
            Files.deleteIfExists(temporary);
        } catch (IOException ignored) {
            // The file stays behind under a name that says what it is.
        }
    }

    // The new name itself is in the directory. Not every system can open one as a file; then there
    // is no more to do.
    private static void forceDirectory(Path file) {
        Path directory = file.getParent();
        if (directory == null) {
            return;
        }
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException ignored) {
            // Windows.
        }
    }
}
