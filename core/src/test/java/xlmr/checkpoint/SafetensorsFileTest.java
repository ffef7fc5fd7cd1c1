package xlmr.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.params.provider.Arguments.arguments;
import static xlmr.checkpoint.SafetensorsBytes.entry;
import static xlmr.checkpoint.SafetensorsBytes.file;
import static xlmr.checkpoint.SafetensorsBytes.floats;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import xlmr.tensor.DType;
import xlmr.tensor.HostStorage;
import xlmr.tensor.MappedStorage;
import xlmr.tensor.Tensor;

class SafetensorsFileTest {
    private static final String A = entry("a", "F32", "[2,3]", 0, 24);
    private static final String B = entry("b", "F32", "[4]", 24, 40);
    private static final String GOOD = "{" + A + "," + B + "}";

    @TempDir Path directory;

    @Test
    void readsNamesTypesShapesAndMetadata() {
        SafetensorsFile file =
                SafetensorsFile.of(
                        "x",
                        file("{\"__metadata__\":{\"format\":\"pt\"}," + B + "," + A + "}", 40));

        assertThat(file.names()).containsExactly("a", "b");
        assertThat(file.info("a")).isEqualTo(new TensorInfo("a", DType.F32, new long[] {2, 3}, 24));
        assertThat(file.metadata()).containsOnly(Map.entry("format", "pt"));
    }

    @Test
    void padsAndUnalignedDataAreRead() {
        String header = "{" + entry("a", "F32", "[2]", 0, 8) + "}   ";
        for (int padding = 0; padding < 8; padding++) {
            SafetensorsFile file =
                    SafetensorsFile.of("x", file(header + " ".repeat(padding), floats(1.5f, -2)));
            assertThat(file.tensor("a").toArray()).containsExactly(1.5f, -2);
        }
    }

    @Test
    void scalarsAndArraysWithoutElementsAreArrays() {
        String header =
                "{" + entry("e", "F32", "[0,3]", 0, 0) + "," + entry("s", "F32", "[]", 0, 4) + "}";
        SafetensorsFile file = SafetensorsFile.of("x", file(header, floats(7)));

        assertThat(file.tensor("e").toArray()).isEmpty();
        assertThat(file.tensor("s").item()).isEqualTo(7);
        assertThat(file.writable("e").toArray()).isEmpty();
    }

    @Test
    void everyFloatTypeIsDecodedExactly() {
        ByteBuffer data = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN);
        data.putDouble(0.1).putFloat(0.1f);
        data.putShort((short) 0x3E01).putShort((short) 0x3FC1);
        String header =
                "{%s,%s,%s,%s}"
                        .formatted(
                                entry("f64", "F64", "[1]", 0, 8),
                                entry("f32", "F32", "[1]", 8, 12),
                                entry("f16", "F16", "[1]", 12, 14),
                                entry("bf16", "BF16", "[1]", 14, 16));
        SafetensorsFile file = SafetensorsFile.of("x", file(header, data.array()));

        assertThat(file.doubles("f64")).containsExactly(0.1);
        assertThat(file.doubles("f32")).containsExactly((double) 0.1f);
        // 1 + 513/1024 - ... : sign 0, exponent 15, mantissa 0x201.
        assertThat(file.tensor("f16").item()).isEqualTo(1 + 0x201 / 1024f);
        // sign 0, exponent 127, mantissa 0x41.
        assertThat(file.tensor("bf16").item()).isEqualTo(1 + 0x41 / 128f);
        assertThat(file.doubles("f16")).containsExactly(1 + 0x201 / 1024.0);
    }

    static Stream<Arguments> nonFinite() {
        return Stream.of(
                arguments("F32", new byte[] {0, 0, -64, 127, 0, 0, -128, -1, 0, 0, 127, 127}, 2),
                arguments("F16", new byte[] {0, 124, 1, -4, -1, 123}, 2),
                arguments("BF16", new byte[] {-128, 127, -64, -1, 127, 127}, 2),
                arguments(
                        "F64",
                        new byte[] {0, 0, 0, 0, 0, 0, -16, 127, 0, 0, 0, 0, 0, 0, -32, 127},
                        1));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("nonFinite")
    void numbersThatAreNoneAreCounted(String dtype, byte[] data, long expected) {
        int size = data.length / DType.valueOf(dtype).bytes();
        String header = "{" + entry("n", dtype, "[" + size + "]", 0, data.length) + "}";
        assertThat(SafetensorsFile.of("x", file(header, data)).nonFinite("n")).isEqualTo(expected);
    }

    static Stream<Arguments> integerTypes() {
        return Stream.of(
                arguments("BOOL", new byte[] {1}, 1L),
                arguments("U8", new byte[] {-1}, 255L),
                arguments("I8", new byte[] {-1}, -1L),
                arguments("U16", new byte[] {-2, -1}, 65534L),
                arguments("I16", new byte[] {-2, -1}, -2L),
                arguments("U32", new byte[] {-2, -1, -1, -1}, 4294967294L),
                arguments("I32", new byte[] {-2, -1, -1, -1}, -2L),
                arguments("U64", new byte[] {1, 2, 0, 0, 0, 0, 0, 0}, 513L),
                arguments("I64", new byte[] {-2, -1, -1, -1, -1, -1, -1, -1}, -2L));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("integerTypes")
    void everyIntegerTypeIsDecoded(String dtype, byte[] data, long expected) {
        String header = "{" + entry("n", dtype, "[1]", 0, data.length) + "}";
        assertThat(SafetensorsFile.of("x", file(header, data)).integers("n"))
                .containsExactly(expected);
    }

    @Test
    void kindsOfNumbersAreNotMixed() {
        String header = "{" + entry("n", "I64", "[1]", 0, 8) + "}";
        SafetensorsFile file = SafetensorsFile.of("ids", file(header, 8));

        assertThatExceptionOfType(CheckpointException.class)
                .isThrownBy(() -> file.tensor("n"))
                .withMessage("ids: tensor 'n': I64; expected floating-point numbers");
        SafetensorsFile floats = SafetensorsFile.of("weights", file(GOOD, 40));
        assertThatExceptionOfType(CheckpointException.class)
                .isThrownBy(() -> floats.integers("a"))
                .withMessage("weights: tensor 'a': F32; expected integers");
        assertThatExceptionOfType(CheckpointException.class)
                .isThrownBy(() -> floats.info("c"))
                .withMessage("weights: tensor 'c': is not in the file");
    }

    @Test
    void aMappedTensorIsAReadOnlyViewOfTheFile() throws IOException {
        Path path = goodFile();
        Tensor tensor = Checkpoint.open(path).tensor("b");

        assertThat(tensor.storage()).isInstanceOf(MappedStorage.class);
        assertThat(tensor.storage().isReadOnly()).isTrue();
        assertThat(tensor.toArray()).containsExactly(7, 8, 9, 10);
    }

    @Test
    void writingToAPrivateViewLeavesTheFileAsItWas() throws IOException {
        Path path = goodFile();
        byte[] before = Files.readAllBytes(path);
        Checkpoint checkpoint = Checkpoint.open(path);

        Tensor view = checkpoint.writable("b");
        MappedStorage storage = (MappedStorage) view.storage();
        storage.write(1, new float[] {-1}, 0, 1);

        assertThat(storage.isReadOnly()).isFalse();
        assertThat(view.toArray()).containsExactly(7, -1, 9, 10);
        assertThat(checkpoint.writable("b").toArray()).containsExactly(7, 8, 9, 10);
        assertThat(checkpoint.tensor("b").toArray()).containsExactly(7, 8, 9, 10);
        assertThat(Files.readAllBytes(path)).isEqualTo(before);
    }

    @Test
    void otherTypesAreDecodedForWriting() {
        String header = "{" + entry("h", "F16", "[2]", 0, 4) + "}";
        SafetensorsFile file = SafetensorsFile.of("x", file(header, new byte[] {0, 60, 0, -64}));

        Tensor tensor = file.writable("h");
        assertThat(tensor.storage()).isInstanceOf(HostStorage.class);
        assertThat(tensor.toArray()).containsExactly(1, -2);
    }

    private Path goodFile() throws IOException {
        byte[] bytes = file(GOOD, floats(1, 2, 3, 4, 5, 6, 7, 8, 9, 10));
        return Files.write(directory.resolve("model.safetensors"), bytes);
    }
}
