package xlmr.train;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import xlmr.checkpoint.CheckpointException;

/// The folders `checkpoint-STEP` of a run's directory. A new one is filled under another name and
/// renamed, so that one of this name is always whole; one that goes is renamed before it is
/// deleted. Folders of this name that another program made are left alone.
///
/// @param directory is made when the first folder is
public record RunFolders(Path directory) {
    private static final Pattern NAME = Pattern.compile("checkpoint-(\\d{1,18})");
    private static final String UNFINISHED = ".checkpoint-unfinished";
    private static final String LEAVING = ".checkpoint-leaving";

    /// Fills a folder.
    @FunctionalInterface
    interface Content {
        void writeTo(Path folder) throws IOException;
    }

    /// The folder of the last state, if there is one.
    ///
    /// @throws CheckpointException if the directory cannot be read
    public Optional<Path> last() {
        return folders().stream().max(Comparator.comparingLong(RunFolders::step));
    }

    /// Whether the last state is of a run that has begun and was stopped.
    public boolean holdsUnfinished() {
        return last().map(SavedRun::open)
                .filter(saved -> saved.updates() > 0 && !saved.isFinished())
                .isPresent();
    }

    /// Whether the directory holds nothing but what a run left that was killed while it saved its
    /// first state.
    public boolean holdsOnlyLeftovers() {
        if (!Files.isDirectory(directory)) {
            return false;
        }
        try (Stream<Path> files = Files.list(directory)) {
            List<String> names = files.map(file -> file.getFileName().toString()).toList();
            return !names.isEmpty() && Set.of(UNFINISHED, LEAVING).containsAll(names);
        } catch (IOException e) {
            throw CheckpointException.of(directory, e);
        }
    }

    /// The updates that a folder's run had made.
    static long step(Path folder) {
        String name = folder.getFileName().toString();
        return Long.parseLong(name.substring(name.indexOf('-') + 1));
    }

    /// Makes a folder in one step; when it is there, the others go. If anything fails the folders
    /// are as they were.
    ///
    /// @throws CheckpointException if the disk is full, or the like
    void replace(long step, Content content) {
        Path staging = directory.resolve(UNFINISHED);
        Path target = directory.resolve("checkpoint-" + step);
        try {
            Files.createDirectories(directory);
            delete(staging);
            Files.createDirectory(staging);
            content.writeTo(staging);
            force(staging);
            if (Files.exists(target)) {
                throw new CheckpointException(
                        target.toString(), "exists already; does another run write here?");
            }
            Files.move(staging, target, StandardCopyOption.ATOMIC_MOVE);
            force(directory);
        } catch (IOException e) {
            throw CheckpointException.of(target, e);
        } finally {
            deleteQuietly(staging);
        }
        folders().stream().filter(folder -> !folder.equals(target)).forEach(this::removeQuietly);
    }

    /// Deletes all folders.
    ///
    /// @throws CheckpointException if that fails
    void clear() {
        try {
            for (Path folder : folders()) {
                remove(folder);
            }
            delete(directory.resolve(UNFINISHED));
        } catch (IOException e) {
            throw CheckpointException.of(directory, e);
        }
    }

    private List<Path> folders() {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> NAME.matcher(file.getFileName().toString()).matches())
                    .filter(SavedRun::isIn)
                    .toList();
        } catch (IOException e) {
            throw CheckpointException.of(directory, e);
        }
    }

    private void remove(Path folder) throws IOException {
        Path leaving = directory.resolve(LEAVING);
        delete(leaving);
        Files.move(folder, leaving, StandardCopyOption.ATOMIC_MOVE);
        delete(leaving);
    }

    // A folder that stays behind takes room, but the newest is the one that counts.
    private void removeQuietly(Path folder) {
        try {
            remove(folder);
        } catch (IOException ignored) {
            // The next one that is made takes it along.
        }
    }

    private static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    private static void deleteQuietly(Path folder) {
        try {
            delete(folder);
        } catch (IOException ignored) {
            // Deleted before the next one is made.
        }
    }

    private static void force(Path folder) {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException ignored) {
            // Not every system can open a directory as a file; then there is no more to do.
        }
    }
}
