package xlmr.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static xlmr.checkpoint.TorchBytes.tensor;
import static xlmr.checkpoint.TorchBytes.text;
import static xlmr.checkpoint.TorchBytes.tuple;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import xlmr.tensor.DType;
import xlmr.tensor.MappedStorage;
import xlmr.tensor.Tensor;

/// Files of `tests/reference/make_pytorch.py`, written by PyTorch.
class PyTorchFileTest {
    /// Columns 0 and 1 from row 1 on of `[3, 2]`, as a transpose.
    private static final byte[] TENSOR = tensor(6, 2, tuple(2, 2), tuple(1, 2));

    @TempDir Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"zip.bin", "zip_protocol4.bin", "legacy.bin"})
    void everyFormatHoldsTheSameTensors(String name) throws IOException {
        Checkpoint expected = SafetensorsFile.of("expected", resource("pytorch.safetensors"));
        Checkpoint mapped = Checkpoint.open(copyOf(name));
        for (Checkpoint found : new Checkpoint[] {mapped, PyTorchFile.of(name, resource(name))}) {
            assertThat(found.names()).containsExactlyInAnyOrderElementsOf(expected.names());
            assertThat(found.metadata()).isEmpty();
            for (String tensor : expected.names()) {
                assertSame(tensor, found, expected);
            }
        }
    }

    private static void assertSame(String name, Checkpoint found, Checkpoint expected) {
        assertThat(found.info(name)).isEqualTo(expected.info(name));
        if (!expected.info(name).dtype().isFloat()) {
            assertThat(found.integers(name)).as(name).isEqualTo(expected.integers(name));
            return;
        }
        float[] values = expected.floats(name);
        assertThat(found.floats(name)).as(name).isEqualTo(values);
        assertThat(found.tensor(name).toArray()).as(name).isEqualTo(values);
        assertThat(found.writable(name).toArray()).as(name).isEqualTo(values);
        assertThat(found.doubles(name)).as(name).isEqualTo(expected.doubles(name));
        assertThat(found.nonFinite(name)).as(name).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"zip.bin", "legacy.bin"})
    void aTensorIsASliceOfTheMappingAndWritesDoNotReachTheFile(String name) throws IOException {
        Path path = copyOf(name);
        Checkpoint checkpoint = Checkpoint.open(path);

        for (String inPlace : new String[] {"f32", "slice"}) {
            Tensor tensor = checkpoint.tensor(inPlace);
            assertThat(tensor.storage()).isInstanceOf(MappedStorage.class);
            assertThat(((MappedStorage) tensor.storage()).segment().isMapped()).isTrue();
            assertThat(tensor.storage().isReadOnly()).isTrue();
        }
        assertThat(checkpoint.tensor("transposed").storage().isReadOnly()).isTrue();
        MappedStorage copy = (MappedStorage) checkpoint.writable("slice").storage();
        copy.write(0, new float[] {-1}, 0, 1);
        assertThat(checkpoint.writable("slice").toArray()[0]).isEqualTo(6 / 7f);
        assertThat(Files.readAllBytes(path)).isEqualTo(resource(name));
        assertThat(checkpoint.file("slice")).isEqualTo(path);
    }

    @Test
    void aModelIsFoundBesideWhatATrainingScriptSaves() {
        Checkpoint checkpoint = PyTorchFile.of("trainer.bin", resource("trainer.bin"));

        assertThat(checkpoint.names()).containsExactly("weight", "bias");
        assertThat(checkpoint.tensor("weight").toArray()).containsExactly(0, 1, 2, 3, 4, 5);
        assertThat(checkpoint.info("bias"))
                .isEqualTo(new TensorInfo("bias", DType.F32, new long[] {3}, 12));
        assertThat(checkpoint.metadata())
                .isEqualTo(Map.of("state_dict", "model_state_dict", "without_prefix", "module."));
    }

    /// Python 2 gave the entries to the OrderedDict, with names that were bytes.
    @Test
    void aStateDictOfPython2IsRead() {
        String dict = new String(TENSOR, StandardCharsets.ISO_8859_1);
        String tensor = dict.substring("..}".length() + text("a").length(), dict.length() - 2);
        String pickle =
                "\u0080\2ccollections\nOrderedDict\n](](U\1a%se](U\1bK\1ee\u0085R."
                        .formatted(tensor);
        Checkpoint checkpoint =
                PyTorchFile.of("python2.bin", TorchBytes.file(TorchBytes.latin(pickle)));

        assertThat(checkpoint.names()).containsExactly("a");
        assertThat(checkpoint.tensor("a").toArray()).containsExactly(2, 4, 3, 5);
    }

    @ParameterizedTest
    @ValueSource(strings = {"zip.bin", "legacy.bin"})
    void everyPrefixOfAGoodFileIsRefused(String name) {
        byte[] good = resource(name);
        for (int length = 0; length < good.length; length++) {
            byte[] prefix = Arrays.copyOf(good, length);
            assertThatExceptionOfType(CheckpointException.class)
                    .isThrownBy(() -> PyTorchFile.of("cut.bin", prefix))
                    .withMessageStartingWith("cut.bin: ")
                    .satisfies(e -> assertThat(e.getMessage()).hasLineCount(1));
        }
    }

    /// Bits and bytes anywhere, one or several: a file is read or refused in one line, whatever it
    /// holds.
    @ParameterizedTest
    @ValueSource(strings = {"zip.bin", "zip_protocol4.bin", "legacy.bin", "trainer.bin"})
    void anyChangedByteIsRefusedClearlyOrRead(String name) {
        byte[] good = resource(name);
        int refused = 0;
        for (int position = 0; position < good.length; position++) {
            byte[] changed = good.clone();
            changed[position] ^= (byte) (1 << position % 8);
            refused += readAll(changed) ? 0 : 1;
        }
        Random random = new Random(7);
        for (int round = 0; round < 1000; round++) {
            byte[] changed = good.clone();
            for (int i = 0; i <= random.nextInt(6); i++) {
                changed[random.nextInt(changed.length)] = (byte) random.nextInt(256);
            }
            refused += readAll(changed) ? 0 : 1;
        }
        assertThat(refused).isBetween(100, good.length + 900);
    }

    private static boolean readAll(byte[] bytes) {
        try {
            Checkpoint checkpoint = PyTorchFile.of("changed.bin", bytes);
            for (String name : checkpoint.names()) {
                if (checkpoint.info(name).dtype().isFloat()) {
                    assertThat(checkpoint.doubles(name))
                            .hasSize((int) checkpoint.info(name).elements());
                } else {
                    checkpoint.integers(name);
                }
            }
            return true;
        } catch (CheckpointException e) {
            assertThat(e.getMessage()).hasLineCount(1).startsWith("changed.bin");
            return false;
        }
    }

    private Path copyOf(String name) throws IOException {
        return Files.write(directory.resolve(name), resource(name));
    }

    static byte[] resource(String name) {
        try (InputStream input = PyTorchFileTest.class.getResourceAsStream(name)) {
            assertThat(input).as(name).isNotNull();
            return input.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
