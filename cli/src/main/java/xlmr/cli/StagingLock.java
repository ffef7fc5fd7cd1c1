package xlmr.cli;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A file in a staging directory that its process holds locked for as long as it lives: it tells a
/// directory in use from one that a killed process left.
final class StagingLock implements AutoCloseable {
    private static final String NAME = ".in-use";

    private final FileChannel channel;

    private StagingLock(FileChannel channel) {
        this.channel = channel;
    }

    /// Makes the file and locks it.
    static StagingLock hold(Path directory) throws IOException {
        FileChannel channel =
                FileChannel.open(
                        directory.resolve(NAME),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE);
        lock(channel);
        return new StagingLock(channel);
    }

    /// Whether a file is one of these.
    static boolean isLock(Path file) {
        return file.endsWith(NAME);
    }

    /// The directories that nobody uses any more.
    ///
    /// @param prefix of their names
    static List<Path> leftBehind(Path parent, String prefix) throws IOException {
        List<Path> left = new ArrayList<>();
        try (Stream<Path> files = Files.list(parent)) {
            for (Path directory :
                    files.filter(f -> f.getFileName().toString().startsWith(prefix)).toList()) {
                Path file = directory.resolve(NAME);
                if (Files.isRegularFile(file) && isFree(file)) {
                    left.add(directory);
                }
            }
        }
        return left;
    }

    private static boolean isFree(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            return lock(channel) != null;
        }
    }

    // Where a file system has no locks, directories seem in use, and stay.
    private static @Nullable FileLock lock(FileChannel channel) {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException | IOException e) {
            return null;
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
