package xlmr.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Rules that only the sources show.
class SourceRulesTest {
    private static final Path REPOSITORY = Path.of(System.getProperty("xlmr.repository", "."));

    private static final int LONGEST = 400;

    /// Longer than they should be; an entry goes when its file has been split.
    private static final Set<String> STILL_LONGER =
            Set.of(
                    "core/src/main/java/xlmr/backend/cpu/VectorBackend.java",
                    "core/src/test/java/xlmr/checkpoint/SafetensorsFileTest.java",
                    "core/src/test/java/xlmr/data/ExampleReaderTest.java");

    private static final Pattern PUBLIC_TYPE =
            Pattern.compile(
                    "^public (?:(?:abstract|final|sealed|non-sealed|strictfp|static) )*"
                            + "(?:class|interface|enum|record|@interface) (\\w+)");

    @Test
    void filesStayShort() {
        Set<String> longer = new TreeSet<>();
        for (Path source : sources()) {
            if (lines(source).size() >= LONGEST) {
                longer.add(name(source));
            }
        }
        assertThat(longer).as("files of %d lines and more", LONGEST).isSubsetOf(STILL_LONGER);
    }

    @Test
    void publicTypesSayWhatTheyAre() {
        Set<String> undocumented = new TreeSet<>();
        for (Path source : sources()) {
            if (name(source).contains("/src/test/")) {
                continue;
            }
            List<String> lines = lines(source);
            for (int i = 0; i < lines.size(); i++) {
                Matcher matcher = PUBLIC_TYPE.matcher(lines.get(i));
                if (matcher.find() && !hasDocumentation(lines, i)) {
                    undocumented.add(name(source) + ": " + matcher.group(1));
                }
            }
        }
        assertThat(undocumented).as("public types without ///").isEmpty();
    }

    @Test
    void everyPackageIsNullMarked() {
        Set<String> unmarked = new TreeSet<>();
        for (Path source : sources()) {
            if (name(source).contains("/src/test/")) {
                continue;
            }
            Path marker = source.resolveSibling("package-info.java");
            if (!Files.exists(marker) || !lines(marker).contains("@NullMarked")) {
                unmarked.add(name(source.resolveSibling("")));
            }
        }
        assertThat(unmarked).as("packages without @NullMarked").isEmpty();
    }

    /// Whether the lines above, annotations left out, end in a documentation comment.
    private static boolean hasDocumentation(List<String> lines, int type) {
        int above = type - 1;
        while (above >= 0 && isAnnotation(lines.get(above))) {
            above--;
        }
        return above >= 0 && lines.get(above).startsWith("///");
    }

    /// An annotation at the margin, or a continuation of one.
    private static boolean isAnnotation(String line) {
        return line.startsWith("@") || line.startsWith(" ") || line.startsWith(")");
    }

    private static List<Path> sources() {
        try (Stream<Path> modules = Files.list(REPOSITORY)) {
            return modules.map(module -> module.resolve("src"))
                    .filter(Files::isDirectory)
                    .flatMap(SourceRulesTest::javaFiles)
                    .toList();
        } catch (IOException exception) {
            throw new UncheckedIOException(exception);
        }
    }

    private static Stream<Path> javaFiles(Path directory) {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(file -> file.toString().endsWith(".java")).toList().stream();
        } catch (IOException exception) {
            throw new UncheckedIOException(exception);
        }
    }

    private static String name(Path source) {
        return REPOSITORY.relativize(source).toString().replace('\\', '/');
    }

    private static List<String> lines(Path source) {
        try {
            return Files.readAllLines(source);
        } catch (IOException exception) {
            throw new UncheckedIOException(exception);
        }
    }
}
