package xlmr.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.params.provider.Arguments.arguments;
import static xlmr.checkpoint.SafetensorsBytes.entry;
import static xlmr.checkpoint.SafetensorsBytes.file;
import static xlmr.checkpoint.SafetensorsBytes.floats;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class CheckpointTest {
    private static final String ONE = "model-00001-of-00002.safetensors";
    private static final String TWO = "model-00002-of-00002.safetensors";

    @TempDir Path directory;

    @Test
    void aDirectoryWithShardsReadsAsOneCheckpoint() throws IOException {
        write(ONE, shard("a", 1));
        write(TWO, shard("b", 2));
        index("{\"b\":\"%s\",\"a\":\"%s\"}".formatted(TWO, ONE));

        Checkpoint checkpoint = Checkpoint.open(directory);

        assertThat(checkpoint.names()).containsExactly("b", "a");
        assertThat(checkpoint.tensor("a").item()).isEqualTo(1);
        assertThat(checkpoint.writable("b").item()).isEqualTo(2);
        assertThat(checkpoint.doubles("b")).containsExactly(2);
        assertThat(checkpoint.file("b")).isEqualTo(directory.resolve(TWO));
        assertThatExceptionOfType(CheckpointException.class)
                .isThrownBy(() -> checkpoint.info("c"))
                .withMessageEndingWith("tensor 'c': is not in the index");
    }

    @Test
    void oneFileWinsOverAnIndex() throws IOException {
        write("model.safetensors", shard("whole", 1));
        index("{\"a\":\"missing.safetensors\"}");

        assertThat(Checkpoint.open(directory).names()).containsExactly("whole");
    }

    static Stream<Arguments> badIndices() {
        return Stream.of(
                arguments("no weight map", "{}", "\"weight_map\" is missing"),
                arguments("a list", "{\"weight_map\":[\"a\"]}", "expected an object"),
                arguments("empty", "{\"weight_map\":{}}", "expected an object"),
                arguments(
                        "missing shard",
                        map("other.safetensors"),
                        "shard other.safetensors is missing"),
                arguments(
                        "not in its shard",
                        "{\"weight_map\":{\"z\":\"" + ONE + "\"}}",
                        "'z' is not in its shard"),
                arguments("way up", map("../../etc/passwd"), "expected the name of a file in"),
                arguments("parent", map(".."), "expected the name of a file in"),
                arguments("absolute", map("/etc/passwd"), "expected the name of a file in"),
                arguments("backslash", map("..\\\\x"), "expected the name of a file in"),
                arguments("drive", map("C:x"), "expected the name of a file in"),
                arguments("zero byte", map("x\\u0000"), "expected the name of a file in"),
                arguments("no name", map(""), "expected the name of a file in"),
                arguments("number", "{\"weight_map\":{\"a\":3}}", "shard 3; expected the name"),
                arguments(
                        "name twice",
                        "{\"weight_map\":{\"a\":\"x\",\"a\":\"y\"}}",
                        "Duplicate field 'a'"),
                arguments("not JSON", "weight_map", "not valid JSON"),
                arguments("nothing", "", "empty; expected a JSON object"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("badIndices")
    void aBadIndexIsRefused(String name, String json, String reason) throws IOException {
        write(ONE, shard("a", 1));
        Path index = Files.writeString(directory.resolve(CheckpointFiles.INDEX), json);

        assertThatExceptionOfType(CheckpointException.class)
                .isThrownBy(() -> Checkpoint.open(directory))
                .withMessageStartingWith(index.toString())
                .withMessageContaining(reason);
    }

    @Test
    void aDirectoryWithoutACheckpointSaysWhatItHolds() throws IOException {
        refused("no checkpoint in this directory; supported are");
        write("adapter.safetensors", shard("a", 1));
        refused("no model.safetensors, but adapter.safetensors; open a file by its own name");
        write("flax_model.msgpack", new byte[3]);
        refused("holds flax_model.msgpack, which is not supported; supported are");
    }

    @Test
    void anIndexIsNoShard() throws IOException {
        write(ONE, shard("a", 1));
        Files.writeString(directory.resolve("loop.index.json"), "{}");
        index(map("loop.index.json").replace("{\"weight_map\":", "").replace("}}", "}"));

        assertThatExceptionOfType(CheckpointException.class)
                .isThrownBy(() -> Checkpoint.open(directory))
                .withMessageContaining("is an index of safetensors shards; expected weights");
    }

    @Test
    void aMissingPathIsNamed() {
        Path path = directory.resolve("none");
        assertThatExceptionOfType(CheckpointException.class)
                .isThrownBy(() -> Checkpoint.open(path))
                .withMessage(path + ": does not exist; give a checkpoint's directory or file");
    }

    private void refused(String reason) {
        assertThatExceptionOfType(CheckpointException.class)
                .isThrownBy(() -> Checkpoint.open(directory))
                .withMessageStartingWith(directory.toString())
                .withMessageContaining(reason);
    }

    private static String map(String shard) {
        return "{\"weight_map\":{\"a\":\"" + shard + "\"}}";
    }

    private static byte[] shard(String name, float value) {
        return file("{" + entry(name, "F32", "[1]", 0, 4) + "}", floats(value));
    }

    private void write(String name, byte[] bytes) throws IOException {
        Files.write(directory.resolve(name), bytes);
    }

    private void index(String weightMap) throws IOException {
        Files.writeString(
                directory.resolve(CheckpointFiles.INDEX), "{\"weight_map\":" + weightMap + "}");
    }
}
