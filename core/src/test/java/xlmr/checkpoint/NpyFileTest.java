package xlmr.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NpyFileTest {
    @TempDir private Path directory;

    @Test
    void theFileIsWhatNumPyWouldRead() throws IOException {
        Path file = directory.resolve("a.npy");
        long rows =
                NpyFile.write(
                        file,
                        2,
                        matrix -> {
                            matrix.row(new float[] {1, -2.5f});
                            matrix.row(new float[] {Float.NaN, 3e-41f});
                            matrix.row(new float[] {5, 6});
                        });
        assertThat(rows).isEqualTo(3);
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        byte[] magic = new byte[8];
        bytes.get(magic);
        assertThat(magic).containsExactly(0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0);
        int length = bytes.getShort();
        assertThat((10 + length) % 64).isZero();
        byte[] text = new byte[length];
        bytes.get(text);
        assertThat(new String(text, StandardCharsets.US_ASCII))
                .startsWith("{'descr': '<f4', 'fortran_order': False, 'shape': (3, 2), } ")
                .endsWith(" \n");
        float[] values = new float[bytes.remaining() / 4];
        bytes.asFloatBuffer().get(values);
        assertThat(values).containsExactly(1, -2.5f, Float.NaN, 3e-41f, 5, 6);
    }

    @Test
    void rowsBeyondTheBufferComeOutInOrder() throws IOException {
        Path file = directory.resolve("long.npy");
        int columns = 300;
        int rows = 500;
        NpyFile.write(
                file,
                columns,
                matrix -> {
                    for (int i = 0; i < rows; i++) {
                        float[] row = new float[columns];
                        row[0] = i;
                        row[columns - 1] = -i;
                        matrix.row(row);
                    }
                });
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        assertThat(bytes.remaining()).isEqualTo(128 + rows * columns * 4);
        for (int i = 0; i < rows; i++) {
            assertThat(bytes.getFloat(128 + i * columns * 4)).isEqualTo(i);
            assertThat(bytes.getFloat(128 + ((i + 1) * columns - 1) * 4)).isEqualTo(-i);
        }
    }

    @Test
    void whatFailsLeavesTheEarlierFile() throws IOException {
        Path file = directory.resolve("a.npy");
        Files.writeString(file, "earlier");
        assertThatThrownBy(() -> NpyFile.write(file, 3, matrix -> matrix.row(new float[] {1, 2})))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("npy: expected rows of 3 columns, found 2");
        assertThat(file).hasContent("earlier");
        assertThat(directory).isDirectoryNotContaining("glob:**.tmp");
    }
}
