package xlmr.hub;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import xlmr.checkpoint.AtomicFile;

/// One repository's part of the cache, in the layout of huggingface_hub (docs: manage-cache).
///
/// ```
/// models--org--name/blobs/ETAG                     contents
///                   refs/REVISION                  the commit that a branch or tag meant last
///                   snapshots/COMMIT/FILE          symbolic link to ../../blobs/ETAG
///                   .no_exist/COMMIT/FILE          the repository has no such file
/// .locks/models--org--name/ETAG.lock
/// ```
///
/// All names that come here have been checked ([RemoteNames]).
final class HubCache {
    private static final int LARGEST_REFERENCE = 1000;

    private final Path folder;
    private final Path locks;

    HubCache(Path root, RepositoryName repository) {
        folder = root.toAbsolutePath().resolve(repository.folder());
        locks = root.toAbsolutePath().resolve(".locks").resolve(repository.folder());
    }

    Path blob(String etag) {
        return folder.resolve("blobs").resolve(etag);
    }

    /// Where a content is collected until it is whole.
    Path incomplete(String etag) {
        return folder.resolve("blobs").resolve(etag + ".incomplete");
    }

    Path lock(String etag) {
        return locks.resolve(etag + ".lock");
    }

    Path snapshot(String commit) {
        return folder.resolve("snapshots").resolve(commit);
    }

    /// The commit that a revision meant when it was last looked up.
    Optional<String> commit(String revision) {
        if (RemoteNames.isCommit(revision)) {
            return Optional.of(revision);
        }
        Path reference = reference(revision);
        try {
            if (!Files.isRegularFile(reference) || Files.size(reference) > LARGEST_REFERENCE) {
                return Optional.empty();
            }
            return Optional.of(Files.readString(reference, StandardCharsets.ISO_8859_1).strip())
                    .filter(RemoteNames::isCommit);
        } catch (IOException e) {
            throw failure(reference, e);
        }
    }

    /// Notes what a revision means now.
    void remember(String revision, String commit) {
        if (revision.equals(commit) || commit(revision).filter(commit::equals).isPresent()) {
            return;
        }
        Path reference = reference(revision);
        createParent(reference);
        ByteBuffer text = ByteBuffer.wrap(commit.getBytes(StandardCharsets.US_ASCII));
        AtomicFile.write(reference, channel -> channel.write(text));
    }

    /// A file of a snapshot, if its content is there.
    Optional<Path> find(String commit, String file) {
        return Optional.of(snapshot(commit).resolve(file)).filter(Files::isRegularFile);
    }

    /// Whether it is known that a commit has no such file.
    boolean isKnownMissing(String commit, String file) {
        return Files.isRegularFile(missing(commit, file));
    }

    /// Notes that a commit has no such file. A cache that cannot be written loses only a request.
    void rememberMissing(String commit, String file) {
        Path marker = missing(commit, file);
        try {
            if (!Files.exists(marker)) {
                Files.createDirectories(parent(marker));
                Files.createFile(marker);
            }
        } catch (IOException e) {
            // it is asked for again next time
        }
    }

    /// Makes a content appear in a snapshot: by a relative link, or where there are no links by a
    /// copy.
    ///
    /// @return the file's path in the snapshot
    Path publish(String commit, String file, String etag) {
        Path pointer = snapshot(commit).resolve(file);
        createParent(pointer);
        Path fresh = pointer.resolveSibling(".%016x.tmp".formatted(randomNumber()));
        try {
            try {
                Files.createSymbolicLink(fresh, parent(pointer).relativize(blob(etag)));
            } catch (UnsupportedOperationException | FileSystemException e) {
                Files.copy(blob(etag), fresh);
            }
            Files.move(fresh, pointer, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw failure(pointer, e);
        } finally {
            deleteQuietly(fresh);
        }
        return pointer;
    }

    /// Marks the cache for programs that make backups, as huggingface_hub does
    /// (bford.info/cachedir).
    void markAsCache() {
        Path mark = parent(folder).resolve("CACHEDIR.TAG");
        try {
            if (!Files.exists(mark)) {
                Files.createDirectories(parent(mark));
                Files.writeString(
                        mark,
                        "Signature: 8a477f597d28d172789f06886806bc55\n"
                                + "# This directory holds downloads that can be made again.\n",
                        StandardOpenOption.CREATE_NEW);
            }
        } catch (IOException e) {
            // only a hint
        }
    }

    static void createParent(Path file) {
        try {
            Files.createDirectories(parent(file));
        } catch (IOException e) {
            throw failure(file, e);
        }
    }

    static Path parent(Path file) {
        Path parent = file.getParent();
        if (parent == null) {
            throw new IllegalArgumentException(file + " has no directory");
        }
        return parent;
    }

    /// What the system said about a file of the cache, in words.
    static HubException failure(Path file, IOException cause) {
        String reason =
                cause instanceof FileSystemException system && system.getReason() != null
                        ? system.getReason()
                        : cause instanceof FileSystemException
                                ? cause.getClass().getSimpleName().replace("Exception", "")
                                : String.valueOf(cause.getMessage());
        return new HubException(
                HubException.Kind.CACHE,
                file.toString(),
                "the cache cannot be used (%s)".formatted(reason),
                "free space or permissions there, or set HF_HUB_CACHE to another directory",
                cause);
    }

    private Path reference(String revision) {
        return folder.resolve("refs").resolve(revision);
    }

    private Path missing(String commit, String file) {
        return folder.resolve(".no_exist").resolve(commit).resolve(file);
    }

    private static long randomNumber() {
        return ThreadLocalRandom.current().nextLong();
    }

    private static void deleteQuietly(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            // it stays behind under a name that says what it is
        }
    }
}
