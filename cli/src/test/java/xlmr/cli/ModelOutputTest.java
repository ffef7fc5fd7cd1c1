package xlmr.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelOutputTest {
    @TempDir Path directory;
    private Path start;
    private Path target;

    @BeforeEach
    void makeDirectories() throws IOException {
        start = Files.createDirectory(directory.resolve("start"));
        target = directory.resolve("below/target");
    }

    private static void write(ModelOutput output, String content) throws IOException {
        Files.writeString(output.staging().resolve("config.json"), content);
        Files.writeString(output.staging().resolve("model.safetensors"), content);
    }

    @Test
    void nothingAppearsBeforeItIsPublished() throws IOException {
        try (ModelOutput output = ModelOutput.open(target, start, false)) {
            write(output, "half");
        }
        assertThat(target).doesNotExist();
        assertThat(target.getParent()).isEmptyDirectory();
    }

    @Test
    void everyPublishedModelReplacesTheOneBefore() throws IOException {
        try (ModelOutput output = ModelOutput.open(target, start, false)) {
            write(output, "first");
            output.publish();
            assertThat(target.resolve("model.safetensors")).hasContent("first");
            write(output, "second");
            output.publish();
        }
        assertThat(target.resolve("config.json")).hasContent("second");
        assertThat(target.resolve("model.safetensors")).hasContent("second");
    }

    @Test
    void filesOfOthersStay() throws IOException {
        Files.createDirectories(target);
        Files.writeString(target.resolve("notes.txt"), "mine");
        assertThatThrownBy(() -> ModelOutput.open(target, start, false))
                .hasMessageContaining("--overwrite");
        try (ModelOutput output = ModelOutput.open(target, start, true)) {
            write(output, "model");
            output.publish();
        }
        assertThat(target.resolve("notes.txt")).hasContent("mine");
    }

    /// A reader takes `model.safetensors` before an index of shards, and both before a `.bin`.
    @Test
    void weightsUnderOtherNamesDoNotStayBesideNewOnes() throws IOException {
        try (ModelOutput output = ModelOutput.open(target, start, false)) {
            write(output, "whole");
            output.publish();
            Files.writeString(target.resolve("pytorch_model.bin"), "old");
            Path pooling = Files.createDirectory(output.staging().resolve("1_Pooling"));
            Files.writeString(pooling.resolve("config.json"), "pooling");
            for (String name :
                    List.of(
                            "config.json",
                            "model-00001-of-00001.safetensors",
                            "model.safetensors.index.json")) {
                Files.writeString(output.staging().resolve(name), "sharded");
            }
            output.publish();
        }
        assertThat(target)
                .isDirectoryContaining("glob:**/model-00001-of-00001.safetensors")
                .isDirectoryContaining("glob:**/model.safetensors.index.json")
                .isDirectoryNotContaining("glob:**/model.safetensors")
                .isDirectoryNotContaining("glob:**/pytorch_model.bin");
        assertThat(target.resolve("1_Pooling/config.json")).hasContent("pooling");
        assertThat(target.getParent()).isDirectoryNotContaining("glob:**/.*");
    }

    @Test
    void theModelThatTrainingStartsFromIsNotOverwritten() {
        assertThatThrownBy(() -> ModelOutput.open(start, start, true))
                .isInstanceOf(CommandException.class)
                .hasMessageContaining("starts from");
    }
}
