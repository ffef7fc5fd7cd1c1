package xlmr.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import xlmr.tensor.DType;
import xlmr.tensor.HostStorage;
import xlmr.tensor.MappedStorage;
import xlmr.tensor.Shape;
import xlmr.tensor.Tensor;

class SafetensorsWriterTest {
    @TempDir Path directory;

    @Test
    void whatIsWrittenIsRead() {
        Path path = directory.resolve("model.safetensors");
        Tensor large = random(70_001);
        new SafetensorsWriter()
                .metadata("format", "pt")
                .add("b", Tensor.of(Shape.of(2, 2), 1, 2, 3, 4))
                .add("a\"\n日本語😀", large)
                .add("scalar", Tensor.of(Shape.of(), 5))
                .add("empty", Tensor.zeros(0, 3))
                .addIntegers("ids", Shape.of(3), 1, -2, Long.MAX_VALUE)
                .write(path);

        Checkpoint read = Checkpoint.open(path);
        assertThat(read.names()).containsExactly("ids", "a\"\n日本語😀", "b", "empty", "scalar");
        assertThat(read.metadata()).isEqualTo(Map.of("format", "pt"));
        assertThat(read.tensor("a\"\n日本語😀").toArray()).isEqualTo(large.toArray());
        assertThat(read.tensor("b").toArray()).containsExactly(1, 2, 3, 4);
        assertThat(read.tensor("scalar").item()).isEqualTo(5);
        assertThat(read.info("empty").shape()).containsExactly(0, 3);
        assertThat(read.integers("ids")).containsExactly(1, -2, Long.MAX_VALUE);
    }

    /// The other file is the reference library's, see `tests/reference/make_safetensors.py`.
    @Test
    void theReferenceLibraryWritesTheSameBytes() throws IOException {
        float[] values = new float[60];
        for (int i = 0; i < values.length; i++) {
            values[i] = i * 0.37f - 11;
        }
        Path path = directory.resolve("mixed.safetensors");
        new SafetensorsWriter()
                .metadata("format", "pt")
                .add("z.f32", Tensor.of(Shape.of(3, 20), values))
                .add("a.f32", Tensor.of(Shape.of(7), Arrays.copyOf(values, 7)))
                .add("half", DType.F16, Tensor.of(Shape.of(60), values))
                .addRows(
                        "brain",
                        DType.BF16,
                        Shape.of(4, 15),
                        (first, rows, target) ->
                                System.arraycopy(values, first * 15, target, 0, rows * 15))
                .add("double", DType.F64, Tensor.of(Shape.of(60), values))
                .addIntegers("ids", Shape.of(2, 2), 1, -2, 3, Long.MIN_VALUE)
                .add("scalar", Tensor.of(Shape.of(), 5))
                .add("empty", Tensor.zeros(0, 3))
                .add("quote \" line \n 日本語😀", Tensor.of(Shape.of(1), 1))
                .write(path);

        try (InputStream expected =
                SafetensorsWriterTest.class.getResourceAsStream("mixed.safetensors")) {
            assertThat(expected).isNotNull();
            assertThat(path).hasBinaryContent(expected.readAllBytes());
        }
    }

    @Test
    void theHeaderIsCompactAndEndsAtAMultipleOfEight() throws IOException {
        Path path = directory.resolve("x");
        new SafetensorsWriter()
                .metadata("format", "pt")
                .add("w", Tensor.of(Shape.of(1), 1))
                .write(path);

        byte[] bytes = Files.readAllBytes(path);
        String header = new String(bytes, 8, bytes.length - 12, StandardCharsets.UTF_8);
        assertThat(header)
                .isEqualTo(
                        "{\"__metadata__\":{\"format\":\"pt\"},\"w\":{\"dtype\":\"F32\",\"shape\":[1],"
                                + "\"data_offsets\":[0,4]}}   ");
        assertThat(header.length() % 8).isZero();
    }

    @Test
    void readingAndWritingAgainGivesTheSameBytes() throws IOException {
        Path first = directory.resolve("first");
        Path second = directory.resolve("second");
        new SafetensorsWriter().add("x", random(1000)).add("y", DType.F16, random(3)).write(first);

        Checkpoint checkpoint = Checkpoint.open(first);
        SafetensorsWriter writer = new SafetensorsWriter();
        checkpoint
                .names()
                .forEach(n -> writer.add(n, checkpoint.info(n).dtype(), checkpoint.tensor(n)));
        writer.write(second);

        assertThat(second).hasSameBinaryContentAs(first);
    }

    @Test
    void aFileMayReplaceTheOneItIsReadFrom() throws IOException {
        Path path = directory.resolve("model.safetensors");
        new SafetensorsWriter().add("x", Tensor.of(Shape.of(2), 1, 2)).write(path);
        Checkpoint old = Checkpoint.open(path);
        MappedStorage view = (MappedStorage) old.writable("x").storage();
        view.write(0, new float[] {9}, 0, 1);

        new SafetensorsWriter().add("x", new Tensor(Shape.of(2), view)).write(path);

        assertThat(Checkpoint.open(path).tensor("x").toArray()).containsExactly(9, 2);
        assertThat(old.tensor("x").toArray()).containsExactly(1, 2);
    }

    @Test
    void rowsAreAskedForOnceEachInOrder() {
        Path path = directory.resolve("x");
        int rows = 1000;
        int columns = 129;
        int[] next = {0};
        new SafetensorsWriter()
                .addRows(
                        "rows",
                        DType.F32,
                        Shape.of(rows, columns),
                        (first, count, target) -> {
                            assertThat(first).isEqualTo(next[0]);
                            next[0] += count;
                            for (int i = 0; i < count * columns; i++) {
                                target[i] = first * columns + i;
                            }
                        })
                .addRows("none", DType.F32, Shape.of(0, 5), (first, count, target) -> next[0]++)
                .write(path);

        assertThat(next[0]).isEqualTo(rows);
        float[] read = Checkpoint.open(path).tensor("rows").toArray();
        for (int i = 0; i < read.length; i++) {
            assertThat(read[i]).isEqualTo(i);
        }
    }

    @Test
    void onlyTheTensorsOwnElementsAreWritten() {
        Path path = directory.resolve("x");
        Tensor view = new Tensor(Shape.of(2), new HostStorage(new float[] {1, 2, 3}));
        new SafetensorsWriter().add("x", view).write(path);

        assertThat(Checkpoint.open(path).tensor("x").toArray()).containsExactly(1, 2);
    }

    @Test
    void halvesAreRoundedToTheNearestWithTiesToEven() {
        // One unit of bfloat16 at 1 is 1/128, of float16 1/1024; a half of either is a tie.
        assertThat(bfloat16(1 + 1 / 256f)).isEqualTo(1);
        assertThat(bfloat16(1 + 3 / 256f)).isEqualTo(1 + 2 / 128f);
        assertThat(bfloat16(Math.nextUp(1 + 1 / 256f))).isEqualTo(1 + 1 / 128f);
        assertThat(bfloat16(-(1 + 1 / 256f))).isEqualTo(-1);
        assertThat(bfloat16(Float.MAX_VALUE)).isEqualTo(Float.POSITIVE_INFINITY);
        assertThat(bfloat16(Float.NEGATIVE_INFINITY)).isEqualTo(Float.NEGATIVE_INFINITY);
        assertThat(bfloat16(Float.intBitsToFloat(0x7F800001))).isNaN();
        assertThat(bfloat16(Float.intBitsToFloat(0xFFFFFFFF))).isNaN();
        assertThat(Float.floatToRawIntBits(bfloat16(-0f))).isEqualTo(0x80000000);

        Path path = directory.resolve("x");
        Tensor ties =
                Tensor.of(Shape.of(3), 1 + 1 / 2048f, 1 + 3 / 2048f, (float) Math.scalb(1.5, -24));
        new SafetensorsWriter().add("x", DType.F16, ties).write(path);
        assertThat(Checkpoint.open(path).tensor("x").toArray())
                .containsExactly(1, 1 + 2 / 1024f, (float) Math.scalb(2.0, -24));
    }

    @Test
    void bfloat16RoundsToTheNearerNeighbour() {
        Random random = new Random(1);
        for (int i = 0; i < 100_000; i++) {
            float value = Float.intBitsToFloat(random.nextInt());
            if (!Float.isFinite(value)) {
                continue;
            }
            float down = Float.intBitsToFloat(Float.floatToRawIntBits(value) & 0xFFFF0000);
            float up = Float.intBitsToFloat(Float.floatToRawIntBits(down) + 0x10000);
            float rounded = bfloat16(value);
            double toDown = Math.abs((double) value - down);
            double toUp = Math.abs((double) value - up);
            if (toDown != toUp && Float.isFinite(up)) {
                assertThat(rounded).isEqualTo(toDown < toUp ? down : up);
            }
        }
    }

    @Test
    void aFailureLeavesTheEarlierFileAndNothingElse() throws IOException {
        Path path = directory.resolve("model.safetensors");
        new SafetensorsWriter().add("x", Tensor.of(Shape.of(1), 1)).write(path);
        byte[] before = Files.readAllBytes(path);
        SafetensorsWriter failing =
                new SafetensorsWriter()
                        .addRows(
                                "x",
                                DType.F32,
                                Shape.of(100_000, 8),
                                (first, count, target) -> {
                                    if (first > 20_000) {
                                        throw new IllegalStateException("no more rows");
                                    }
                                });

        assertThatExceptionOfType(IllegalStateException.class)
                .isThrownBy(() -> failing.write(path));

        assertThat(Files.readAllBytes(path)).isEqualTo(before);
        try (Stream<Path> files = Files.list(directory)) {
            assertThat(files).containsExactly(path);
        }
    }

    @Test
    void aMissingDirectoryIsNamed() {
        Path path = directory.resolve("none").resolve("x");
        assertThatExceptionOfType(CheckpointException.class)
                .isThrownBy(() -> new SafetensorsWriter().write(path))
                .withMessageStartingWith(path + ": ")
                .withMessageContaining("does not exist");
    }

    @Test
    void wrongDeclarationsAreRefused() {
        SafetensorsWriter writer = new SafetensorsWriter().add("x", Tensor.zeros(1));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> writer.add("x", Tensor.zeros(1)))
                .withMessageContaining("the name 'x' is taken");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> writer.add("__metadata__", Tensor.zeros(1)));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> writer.add("y", DType.I64, Tensor.zeros(1)));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> writer.addIntegers("y", Shape.of(2), 1));
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () ->
                                writer.addRows(
                                        "y", DType.F32, Shape.of(2), (first, count, row) -> {}));
    }

    private static float bfloat16(float value) {
        return Float.intBitsToFloat(ElementEncoding.toBfloat16(value) << 16);
    }

    private static Tensor random(int elements) {
        Random random = new Random(elements);
        float[] values = new float[elements];
        for (int i = 0; i < elements; i++) {
            values[i] = Float.float16ToFloat(Float.floatToFloat16((float) random.nextGaussian()));
        }
        return Tensor.of(Shape.of(elements), values);
    }
}
