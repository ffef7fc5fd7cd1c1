package xlmr.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// The data set that comes with xlmr, as files.
final class Sentences {
    static final List<String> LABELS = List.of("food", "money", "travel", "weather");

    private Sentences() {}

    /// Writes one of its files (`train.tsv`, `validation.tsv`, ...) to a directory.
    static Path file(Path directory, String name) throws IOException {
        Path file = directory.resolve(name);
        Files.writeString(file, text(name));
        return file;
    }

    /// The first so many examples of one of its files, with the header.
    static Path first(Path directory, String name, int examples) throws IOException {
        List<String> lines = text(name).lines().toList();
        Path file = directory.resolve("first-" + examples + "-" + name);
        Files.write(file, new ArrayList<>(lines.subList(0, examples + 1)));
        return file;
    }

    private static String text(String name) throws IOException {
        try (InputStream resource =
                Sentences.class.getResourceAsStream("/xlmr/embedded/data/" + name)) {
            assertThat(resource).as(name).isNotNull();
            return new String(resource.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
