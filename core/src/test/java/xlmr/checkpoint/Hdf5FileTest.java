package xlmr.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Files that Keras wrote, whole and damaged.
class Hdf5FileTest {
    private static final Path BAD =
            Path.of(
                    System.getProperty("xlmr.repository", ".."),
                    "..",
                    "shared",
                    "reference",
                    "bad",
                    "h5");

    @TempDir private Path directory;

    private static Path bad(String name) {
        assumeTrue(Files.isDirectory(BAD), "skipped: no reference fixtures at " + BAD);
        return BAD.resolve(name);
    }

    @Test
    void namesAndShapesAreThoseOfPyTorch() {
        Checkpoint file = Checkpoint.open(bad("good.h5"));

        assertThat(file.names())
                .containsExactly(
                        "classifier.dense.weight",
                        "classifier.dense.bias",
                        "classifier.out_proj.weight",
                        "classifier.out_proj.bias");
        assertThat(file.info("classifier.out_proj.weight").shape()).containsExactly(4, 16);
        assertThat(file.metadata()).containsEntry("format", "tf");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "empty.h5|empty; expected an HDF5 file",
                "not_hdf5.h5|not readable as an HDF5 file",
                "corrupt_superblock.h5|not readable as an HDF5 file",
                "truncated.h5|6,708 bytes of 13,416; the file was cut; fetch it again",
                "truncated_end.h5|12,416 bytes of 13,416; the file was cut; fetch it again",
                "no_layer_names.h5|the attribute layer_names is missing: HDF5, but no weights",
                "missing_dataset.h5|kernel:0' is promised, but not there",
            })
    void aDamagedFileIsRefusedWithTheReason(String name, String reason) {
        Path file = bad(name);
        assertThatExceptionOfType(CheckpointException.class)
                .isThrownBy(() -> Hdf5File.open(file))
                .withMessageStartingWith(file + ": ")
                .withMessageContaining(reason);
    }

    /// Whatever is wrong with a file, the answer is an exception of ours, and soon.
    @Test
    void noDamageDoesMoreThanThrowTheException() throws IOException {
        byte[] whole = Files.readAllBytes(bad("good.h5"));
        SplittableRandom random = new SplittableRandom(7);
        Path file = directory.resolve("tf_model.h5");
        int opened = 0;
        for (int round = 0; round < 1000; round++) {
            byte[] damaged = whole.clone();
            int changes = 1 + random.nextInt(4);
            for (int change = 0; change < changes; change++) {
                byte value =
                        switch (random.nextInt(3)) {
                            case 0 -> (byte) 0xFF;
                            case 1 -> 0;
                            default -> (byte) random.nextInt(256);
                        };
                damaged[random.nextInt(damaged.length)] = value;
            }
            Files.write(file, damaged);
            opened += assertTimeoutPreemptively(Duration.ofSeconds(20), () -> opens(file));
        }
        assertThat(opened).isBetween(1, 999);
    }

    private static int opens(Path file) {
        try {
            Checkpoint checkpoint = Hdf5File.open(file);
            for (String name : checkpoint.names()) {
                if (checkpoint.info(name).dtype().isFloat()) {
                    checkpoint.floats(name);
                }
            }
            return 1;
        } catch (CheckpointException expected) {
            return 0;
        }
    }
}
