package xlmr.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The model and the data set that come inside the jar, laid out as files in the user's cache
/// directory, because checkpoints are mapped from files.
///
/// `index.txt` beside them holds a line for each file: its sha256, its size and its path. A
/// directory is used only if all of its files have the right contents, and is put in place whole,
/// by a rename.
final class EmbeddedFiles {
    private static final String ROOT = "/xlmr/embedded/";
    private static final String INDEX = "index.txt";
    private static final int NAME_DIGITS = 16;

    private record Entry(String sha256, long size, String path) {}

    private EmbeddedFiles() {}

    /// Whether this build carries them.
    static boolean present() {
        return EmbeddedFiles.class.getResource(ROOT + INDEX) != null;
    }

    /// The directory of the model.
    static Path model() {
        return directory(cacheDirectory()).resolve("model");
    }

    /// The directory of the data set.
    static Path data() {
        return directory(cacheDirectory()).resolve("data");
    }

    /// The directory that holds `model` and `data`, made below `cache` if it is not there yet or
    /// was damaged.
    static Path directory(Path cache) {
        byte[] index = resource(INDEX);
        List<Entry> entries = entries(index);
        Path directory = cache.resolve("embedded-" + sha256(index).substring(0, NAME_DIGITS));
        if (isComplete(directory, entries)) {
            return directory;
        }
        try {
            return extract(directory, entries);
        } catch (IOException e) {
            throw new CommandException(
                    "cannot lay out the embedded model in %s (%s); set XLMR_CACHE to a directory that can be written"
                            .formatted(directory, Failures.message(e)),
                    e);
        }
    }

    private static Path extract(Path directory, List<Entry> entries) throws IOException {
        Path cache = Files.createDirectories(directory.toAbsolutePath().getParent());
        Path fresh = Files.createTempDirectory(cache, "embedded-new-");
        try {
            for (Entry entry : entries) {
                Path file = fresh.resolve(entry.path());
                Files.createDirectories(file.getParent());
                Files.write(file, resource(entry.path()));
            }
            if (!isComplete(fresh, entries)) {
                throw new IOException(
                        "the files in the jar do not have the contents that its index.txt names");
            }
            putInPlace(fresh, directory);
            return directory;
        } finally {
            delete(fresh);
        }
    }

    /// Another process may do the same at the same time: whoever comes first is right, both put the
    /// same there.
    private static void putInPlace(Path fresh, Path directory) throws IOException {
        Path damaged = fresh.resolveSibling(fresh.getFileName() + "-damaged");
        try {
            if (Files.exists(directory)) {
                Files.move(directory, damaged, StandardCopyOption.ATOMIC_MOVE);
            }
            Files.move(fresh, directory, StandardCopyOption.ATOMIC_MOVE);
        } catch (FileAlreadyExistsException | DirectoryNotEmptyException other) {
            // another process was faster
        } finally {
            delete(damaged);
        }
    }

    private static boolean isComplete(Path directory, List<Entry> entries) {
        try {
            for (Entry entry : entries) {
                Path file = directory.resolve(entry.path());
                if (!Files.isRegularFile(file)
                        || Files.size(file) != entry.size()
                        || !sha256(Files.readAllBytes(file)).equals(entry.sha256())) {
                    return false;
                }
            }
            return true;
        } catch (IOException unreadable) {
            return false;
        }
    }

    private static List<Entry> entries(byte[] index) {
        List<Entry> entries = new ArrayList<>();
        for (String line : new String(index, StandardCharsets.UTF_8).split("\n")) {
            String[] fields = line.strip().split(" ", 3);
            entries.add(new Entry(fields[0], Long.parseLong(fields[1]), fields[2]));
        }
        return entries;
    }

    private static byte[] resource(String path) {
        try (InputStream file = EmbeddedFiles.class.getResourceAsStream(ROOT + path)) {
            if (file == null) {
                throw new CommandException(
                        "this build carries no embedded model (%s is missing from the jar); give one with --model DIR"
                                .formatted(path));
            }
            return file.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /// The property `xlmr.cache` or the variable XLMR_CACHE, else where this system keeps what can
    /// be made again.
    static Path cacheDirectory() {
        String chosen = System.getProperty("xlmr.cache", environment("XLMR_CACHE"));
        if (chosen != null) {
            return Path.of(chosen);
        }
        Path home = Path.of(System.getProperty("user.home"));
        String system = System.getProperty("os.name").toLowerCase(Locale.ROOT);
        if (system.startsWith("mac")) {
            return home.resolve("Library/Caches/xlmr");
        }
        String local =
                environment(system.startsWith("windows") ? "LOCALAPPDATA" : "XDG_CACHE_HOME");
        return (local == null ? home.resolve(".cache") : Path.of(local)).resolve("xlmr");
    }

    private static @Nullable String environment(String name) {
        String value = System.getenv(name);
        return value == null || value.isBlank() ? null : value;
    }

    private static void delete(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return;
        }
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
