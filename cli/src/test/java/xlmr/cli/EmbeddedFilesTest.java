package xlmr.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedFilesTest {
    @TempDir Path cache;

    @Test
    void layOutModelAndData() {
        Path directory = EmbeddedFiles.directory(cache);
        assertThat(directory.resolve("model/model.safetensors")).isNotEmptyFile();
        assertThat(directory.resolve("model/config.json")).isNotEmptyFile();
        assertThat(directory.resolve("data/train.tsv")).isNotEmptyFile();
    }

    @Test
    void areUsedAgainWhereTheyAreWhole() throws IOException {
        Path weights = EmbeddedFiles.directory(cache).resolve("model/model.safetensors");
        Object first = Files.readAttributes(weights, "fileKey,lastModifiedTime");
        EmbeddedFiles.directory(cache);
        assertThat(Files.readAttributes(weights, "fileKey,lastModifiedTime")).isEqualTo(first);
    }

    @Test
    void replaceADamagedFile() throws IOException {
        Path config = EmbeddedFiles.directory(cache).resolve("model/config.json");
        String content = Files.readString(config);
        Files.writeString(config, content.replace("128", "129"));
        EmbeddedFiles.directory(cache);
        assertThat(config).hasContent(content);
        assertNothingIsLeftOver();
    }

    @Test
    void areWholeForEachOfSeveralStartsAtOnce()
            throws ExecutionException, InterruptedException, IOException {
        List<Future<Path>> starts = new ArrayList<>();
        try (ExecutorService pool = Executors.newFixedThreadPool(4)) {
            for (int i = 0; i < 8; i++) {
                starts.add(pool.submit(() -> EmbeddedFiles.directory(cache)));
            }
        }
        for (Future<Path> start : starts) {
            assertThat(start.get().resolve("data/test.tsv")).isNotEmptyFile();
        }
        assertNothingIsLeftOver();
    }

    @Test
    void nameTheRemedyWhereTheCacheCannotBeWritten() throws IOException {
        Path file = Files.createFile(cache.resolve("a file"));
        assertThatThrownBy(() -> EmbeddedFiles.directory(file))
                .isInstanceOf(CommandException.class)
                .hasMessageContaining("XLMR_CACHE");
    }

    private void assertNothingIsLeftOver() throws IOException {
        try (Stream<Path> files = Files.list(cache)) {
            assertThat(files).hasSize(1);
        }
    }
}
