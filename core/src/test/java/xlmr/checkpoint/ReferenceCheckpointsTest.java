package xlmr.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import xlmr.tensor.DType;

/// The containers of `reference/formats`, written by the real libraries, against the plain one.
class ReferenceCheckpointsTest {
    private static final Path FORMATS =
            Path.of(
                    System.getProperty("xlmr.repository", ".."),
                    "..",
                    "shared",
                    "reference",
                    "formats");

    @TempDir Path directory;

    private static Checkpoint open(String name) {
        Path path = FORMATS.resolve(name);
        assumeTrue(Files.isDirectory(path), "skipped: no reference fixtures at " + FORMATS);
        return Checkpoint.open(path);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "sharded_safetensors",
                "safetensors_unaligned",
                "bin_zip",
                "bin_legacy",
                "bin_sharded",
                "bin_ordered_dict_and_parameters",
                "bin_views",
                "bin_legacy_views",
                "bin_trainer_checkpoint"
            })
    void anotherLayoutHoldsTheSameTensors(String name) {
        Checkpoint expected = open("reference_seqcls");
        Checkpoint found = open(name);

        assertThat(found.names()).containsExactlyInAnyOrderElementsOf(expected.names());
        for (String tensor : expected.names()) {
            assertThat(found.info(tensor)).isEqualTo(expected.info(tensor));
            assertThat(found.tensor(tensor).toArray()).isEqualTo(expected.tensor(tensor).toArray());
        }
    }

    /// What TensorFlow saved: other names, transposed matrices, and of a masked language model a
    /// second copy of the embeddings.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "reference_seqcls tf2_17_seqcls",
                "reference_seqcls tf2_17_seqcls_chunked",
                "reference_seqcls tf2_17_seqcls_sharded",
                "reference_seqcls tf2_17_seqcls_safetensors",
                "reference_seqcls tf2_3_seqcls",
                "reference_mlm tf2_17_mlm",
                "reference_mlm tf2_3_mlm",
                "reference_model tf2_17_model",
                "reference_model tf2_3_model",
            })
    void tensorFlowsFileHoldsTheSameTensors(String referenceAndName) {
        Checkpoint expected = open(referenceAndName.split(" ")[0]);
        Checkpoint found = open(referenceAndName.split(" ")[1]);

        for (String name : expected.names()) {
            String own = found.contains(name) ? name : "roberta." + name;
            assertThat(found.info(own).shape()).as(own).isEqualTo(expected.info(name).shape());
            float[] values = expected.tensor(name).toArray();
            assertThat(found.tensor(own).toArray()).as(own).isEqualTo(values);
            assertThat(found.floats(own)).as(own).isEqualTo(values);
            assertThat(found.writable(own).toArray()).as(own).isEqualTo(values);
            assertThat(found.doubles(own)).as(own).isEqualTo(expected.doubles(name));
            assertThat(found.nonFinite(own)).isZero();
        }
        // transformers 3 wrote a pooler into every file.
        assertThat(found.names())
                .allMatch(
                        own ->
                                expected.contains(own)
                                        || expected.contains(own.replaceFirst("^roberta\\.", ""))
                                        || own.startsWith("roberta.pooler."));
    }

    @Test
    void doublePrecisionHoldsTheSameValues() {
        Checkpoint expected = open("reference_seqcls");
        Checkpoint found = open("safetensors_f64");

        for (String tensor : expected.names()) {
            assertThat(found.info(tensor).dtype()).isEqualTo(DType.F64);
            assertThat(found.doubles(tensor)).isEqualTo(expected.doubles(tensor));
            assertThat(found.tensor(tensor).toArray()).isEqualTo(expected.tensor(tensor).toArray());
        }
    }

    @Test
    void brainFloatsOfPyTorchAreThoseOfSafetensors() {
        Checkpoint expected = open("safetensors_bf16");
        Checkpoint found = open("bin_bf16");

        assertThat(found.names()).containsExactlyInAnyOrderElementsOf(expected.names());
        for (String tensor : expected.names()) {
            assertThat(found.info(tensor)).isEqualTo(expected.info(tensor));
            assertThat(found.doubles(tensor)).isEqualTo(expected.doubles(tensor));
        }
    }

    @Test
    void anOldCheckpointOfTheHubHasPositionsBesideTheWeights() {
        Checkpoint expected = open("reference_mlm");
        Checkpoint found = open("old_hub_mlm");

        assertThat(found.names()).containsAll(expected.names());
        for (String tensor : expected.names()) {
            assertThat(found.doubles(tensor)).isEqualTo(expected.doubles(tensor));
        }
        assertThat(found.integers("roberta.embeddings.position_ids"))
                .containsExactly(LongStream.range(0, 24).toArray());
    }

    // The reference rounded the same tensors when it wrote these: our rounding must give its bytes.
    @ParameterizedTest
    @ValueSource(
            strings = {"F16 safetensors_fp16", "BF16 safetensors_bf16", "F32 reference_seqcls"})
    void writingGivesTheBytesOfTheReferenceLibrary(String typeAndName) throws IOException {
        DType dtype = DType.valueOf(typeAndName.split(" ")[0]);
        String name = typeAndName.split(" ")[1];
        Checkpoint source = open("reference_seqcls");
        SafetensorsWriter writer = new SafetensorsWriter();
        open(name).metadata().forEach(writer::metadata);
        source.names().forEach(tensor -> writer.add(tensor, dtype, source.tensor(tensor)));
        Path written = directory.resolve("model.safetensors");
        writer.write(written);

        assertThat(written)
                .hasSameBinaryContentAs(FORMATS.resolve(name).resolve("model.safetensors"));
    }

    @Test
    void arraysOfOtherTypesStandBesideTheWeights() {
        Checkpoint expected = open("reference_seqcls");
        Checkpoint found = open("safetensors_i64_and_extra");

        Set<String> extra = new LinkedHashSet<>(found.names());
        extra.removeAll(expected.names());
        assertThat(extra).isNotEmpty();
        for (String name : extra) {
            long count =
                    found.info(name).dtype().isFloat()
                            ? found.doubles(name).length
                            : found.integers(name).length;
            assertThat(count).isEqualTo(found.info(name).elements());
        }
    }
}
