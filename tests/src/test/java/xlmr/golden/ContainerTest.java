package xlmr.golden;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import xlmr.backend.Backend;
import xlmr.checkpoint.Checkpoint;
import xlmr.checkpoint.CheckpointException;
import xlmr.checkpoint.LoadReport;
import xlmr.checkpoint.SafetensorsWriter;
import xlmr.model.LoadedModel;
import xlmr.model.ModelLoader;
import xlmr.model.TaskModel;
import xlmr.pipeline.TensorForward;
import xlmr.tensor.Tensor;

/// The same classifier from every container and under every dialect of names gives the reference's
/// logits; what does not fit is reported together.
class ContainerTest {
    @TempDir private Path folder;

    @ParameterizedTest
    @CsvSource({
        "reference_seqcls, seqcls.logits",
        "sharded_safetensors, seqcls.logits",
        "safetensors_unaligned, seqcls.logits",
        "safetensors_f64, seqcls.logits",
        "safetensors_i64_and_extra, seqcls.logits",
        "gamma_beta, seqcls.logits",
        "no_roberta_prefix, seqcls.logits",
        "tf2_17_seqcls, seqcls.logits",
        "tf2_17_seqcls_chunked, seqcls.logits",
        "tf2_17_seqcls_sharded, seqcls.logits",
        "tf2_17_seqcls_safetensors, seqcls.logits",
        "bin_zip, seqcls.logits",
        "bin_legacy, seqcls.logits",
        "bin_sharded, seqcls.logits",
        "bin_ordered_dict_and_parameters, seqcls.logits",
        "bin_views, seqcls.logits",
        "bin_legacy_views, seqcls.logits",
        "bin_trainer_checkpoint, seqcls.logits",
        "bin_bf16, seqcls_bf16_weights.logits",
        "tf2_3_seqcls, seqcls.logits",
        "safetensors_fp16, seqcls_fp16_weights.logits",
        "safetensors_bf16, seqcls_bf16_weights.logits"
    })
    void logitsAreThoseOfTheReference(String container, String expected) throws IOException {
        Path directory = Fixtures.path("formats/" + container);
        Checkpoint values = Checkpoint.open(Fixtures.path("formats/expected.safetensors"));
        for (Backend backend : Fixtures.backends()) {
            Map<String, Tensor> found =
                    new TensorForward(false, false, false).run(directory, values, backend);
            Tensor logits = found.get("outputs.logits");
            assertThat(logits).isNotNull();
            Fixtures.assertClose(
                    container, logits.toArray(), values.doubles(expected), Fixtures.HIDDEN);
        }
    }

    @Test
    void theReportHasThreeGroups() throws IOException {
        Path directory = copyOf("models/base_with_pooler");
        LoadedModel<TaskModel> loaded =
                ModelLoader.sequenceClassifier(directory, null, ModelLoader.FROZEN, 0);
        LoadReport report = loaded.report();
        assertThat(report.initialized())
                .extracting(LoadReport.Initialized::name)
                .containsExactly(
                        "classifier.dense.weight",
                        "classifier.dense.bias",
                        "classifier.out_proj.weight",
                        "classifier.out_proj.bias");
        assertThat(report.ignored())
                .extracting(LoadReport.Ignored::name)
                .containsExactlyInAnyOrder("pooler.dense.bias", "pooler.dense.weight");
        assertThat(report.used()).contains("embeddings.word_embeddings.weight").hasSize(53);
    }

    @Test
    void aNewHeadDependsOnTheSeedAlone() throws IOException {
        Path directory = copyOf("models/base_with_pooler");
        assertThat(head(directory, 1))
                .isEqualTo(head(directory, 1))
                .isNotEqualTo(head(directory, 2));
    }

    @Test
    void allThatIsMissingOrMisshapenIsReportedTogether() throws IOException {
        Path directory = copyOf("models/base_with_pooler");
        Checkpoint whole = Checkpoint.open(Fixtures.path("models/base_with_pooler"));
        SafetensorsWriter writer = new SafetensorsWriter();
        for (String name : whole.names()) {
            if (name.equals("encoder.layer.2.output.dense.bias")) {
                continue;
            }
            Tensor tensor = whole.tensor(name);
            writer.add(
                    name, name.equals("embeddings.LayerNorm.weight") ? Tensor.zeros(47) : tensor);
        }
        writer.write(directory.resolve("model.safetensors"));
        assertThatThrownBy(
                        () ->
                                ModelLoader.sequenceClassifier(
                                        directory, null, ModelLoader.FROZEN, 0))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining(directory.toString())
                .hasMessageContaining(
                        "roberta.embeddings.LayerNorm.weight is [47], the configuration asks for"
                                + " [48]")
                .hasMessageContaining("missing: roberta.encoder.layer.2.output.dense.bias [48]");
    }

    private static List<Float> head(Path directory, long seed) {
        float[] weights =
                ModelLoader.sequenceClassifier(directory, null, ModelLoader.FROZEN, seed)
                        .model()
                        .head()
                        .parameters()
                        .getFirst()
                        .value()
                        .toArray();
        List<Float> boxed = new ArrayList<>();
        for (float weight : weights) {
            boxed.add(weight);
        }
        return boxed;
    }

    private Path copyOf(String fixture) throws IOException {
        Path source = Fixtures.path(fixture);
        Path copy = Files.createDirectory(folder.resolve("model"));
        for (String file : List.of("config.json", "model.safetensors")) {
            Files.copy(source.resolve(file), copy.resolve(file));
        }
        return copy;
    }
}
