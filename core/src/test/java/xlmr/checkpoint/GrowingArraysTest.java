package xlmr.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GrowingArraysTest {
    @TempDir private Path directory;

    private static void fill(GrowingArrays arrays) {
        GrowingArrays.Array matrix = arrays.floats("layer_0", 2);
        GrowingArrays.Array list = arrays.integers("starts");
        for (int i = 0; i < 20_000; i++) {
            matrix.addFloats(i, -i);
            list.addIntegers(3L * i);
        }
    }

    @Test
    void theArchiveHoldsOneNpyFileForEachArray() throws IOException {
        Path file = directory.resolve("a.npz");
        try (GrowingArrays arrays = new GrowingArrays(file)) {
            fill(arrays);
            arrays.writeNpz();
        }
        try (ZipFile zip = new ZipFile(file.toFile())) {
            assertThat(zip.stream().map(ZipEntry::getName))
                    .containsExactly("layer_0.npy", "starts.npy");
            assertThat(zip.stream().map(ZipEntry::getMethod)).containsOnly(ZipEntry.STORED);
            ByteBuffer matrix = read(zip, "layer_0.npy", "{'descr': '<f4'", "(20000, 2), }");
            assertThat(matrix.remaining()).isEqualTo(20_000 * 2 * 4);
            assertThat(matrix.getFloat(128 + 8 * 19_999 + 4)).isEqualTo(-19_999);
            ByteBuffer list = read(zip, "starts.npy", "{'descr': '<i8'", "(20000,), }");
            assertThat(list.getLong(128 + 8 * 19_999)).isEqualTo(3 * 19_999);
        }
        assertThat(directory).isDirectoryNotContaining("glob:**.part");
    }

    private static ByteBuffer read(ZipFile zip, String name, String type, String shape)
            throws IOException {
        byte[] bytes = zip.getInputStream(zip.getEntry(name)).readAllBytes();
        assertThat(new String(bytes, 10, 118, StandardCharsets.US_ASCII)).contains(type, shape);
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).position(128);
    }

    @Test
    void theSameArraysAreSafetensors() {
        Path file = directory.resolve("a.safetensors");
        try (GrowingArrays arrays = new GrowingArrays(file)) {
            fill(arrays);
            arrays.writeSafetensors();
        }
        Checkpoint read = Checkpoint.open(file);
        assertThat(read.tensor("layer_0").shape().sizes()).containsExactly(20_000, 2);
        assertThat(read.doubles("layer_0")[39_999]).isEqualTo(-19_999);
        assertThat(read.info("starts").shape()).containsExactly(20_000);
        assertThat(directory).isDirectoryNotContaining("glob:**.part");
    }

    @Test
    void anArrayWithoutElementsHasTheSizeZero() throws IOException {
        Path file = directory.resolve("empty.npz");
        try (GrowingArrays arrays = new GrowingArrays(file)) {
            arrays.floats("layer_0", 7);
            arrays.writeNpz();
        }
        try (ZipFile zip = new ZipFile(file.toFile())) {
            read(zip, "layer_0.npy", "{'descr': '<f4'", "(0, 7), }");
        }
    }

    @Test
    void aMissingDirectoryIsNamed() {
        Path file = directory.resolve("missing/a.npz");
        try (GrowingArrays arrays = new GrowingArrays(file)) {
            assertThatThrownBy(() -> arrays.floats("layer_0", 7))
                    .isInstanceOf(CheckpointException.class)
                    .hasMessageContaining("missing");
        }
    }
}
