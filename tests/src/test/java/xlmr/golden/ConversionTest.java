package xlmr.golden;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import xlmr.backend.Backend;
import xlmr.checkpoint.Checkpoint;
import xlmr.checkpoint.CheckpointException;
import xlmr.checkpoint.SafetensorsWriter;
import xlmr.checkpoint.TensorInfo;
import xlmr.model.Pooling;
import xlmr.model.PoolingSettings;
import xlmr.model.XlmRobertaConfig;
import xlmr.pipeline.ModelConversion;
import xlmr.pipeline.ModelFormat;
import xlmr.pipeline.TensorForward;
import xlmr.tensor.DType;
import xlmr.tensor.Shape;
import xlmr.tensor.Tensor;

/// Models written again. `tests/reference/check_convert.py` holds the same against transformers.
class ConversionTest {
    @TempDir private Path folder;

    /// Whatever container and names the weights came in, the file is the reference's, to the byte.
    @ParameterizedTest
    @CsvSource({
        "reference_seqcls, reference_seqcls",
        "sharded_safetensors, reference_seqcls",
        "safetensors_unaligned, reference_seqcls",
        "safetensors_i64_and_extra, reference_seqcls",
        "gamma_beta, reference_seqcls",
        "no_roberta_prefix, reference_seqcls",
        "bin_zip, reference_seqcls",
        "bin_legacy, reference_seqcls",
        "bin_sharded, reference_seqcls",
        "bin_views, reference_seqcls",
        "bin_legacy_views, reference_seqcls",
        "bin_ordered_dict_and_parameters, reference_seqcls",
        "bin_trainer_checkpoint, reference_seqcls",
        "tf2_3_seqcls, reference_seqcls",
        "tf2_17_seqcls, reference_seqcls",
        "tf2_17_seqcls_chunked, reference_seqcls",
        "tf2_17_seqcls_sharded, reference_seqcls",
        "tf2_17_seqcls_safetensors, reference_seqcls",
        "safetensors_fp16, safetensors_fp16",
        "safetensors_bf16, safetensors_bf16",
        "old_hub_mlm, reference_mlm",
        "tf2_3_mlm, reference_mlm",
        "tf2_17_mlm, reference_mlm",
        "tf2_3_model, reference_model",
        "tf2_17_model, reference_model",
    })
    void theWeightsAreThoseOfTheReferenceToTheByte(String container, String expected) {
        ModelConversion.defaults().run(Fixtures.path("formats/" + container), folder, null);

        assertThat(folder.resolve("model.safetensors"))
                .hasSameBinaryContentAs(
                        Fixtures.path("formats/" + expected).resolve("model.safetensors"));
        XlmRobertaConfig config = XlmRobertaConfig.read(folder);
        assertThat(config.architectures())
                .isEqualTo(
                        XlmRobertaConfig.read(Fixtures.path("formats/" + expected))
                                .architectures());
    }

    @ParameterizedTest
    @CsvSource({"F16, safetensors_fp16", "BF16, safetensors_bf16"})
    void weightsAreRoundedAsTheReferenceRounds(DType dtype, String expected) {
        ModelConversion.Result result =
                ModelConversion.defaults()
                        .withType(dtype)
                        .run(Fixtures.path("formats/tf2_17_seqcls"), folder, null);

        assertThat(folder.resolve("model.safetensors"))
                .hasSameBinaryContentAs(
                        Fixtures.path("formats/" + expected).resolve("model.safetensors"));
        assertThat(result.config().json().get("dtype").asText())
                .isEqualTo(dtype == DType.F16 ? "float16" : "bfloat16");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2000, 7000, 20_000, 1_000_000})
    void shardsHoldTheSameModelAndNoneIsTooLarge(long largest) throws IOException {
        Path model = Fixtures.path("formats/reference_seqcls");
        ModelConversion.Result result =
                ModelConversion.defaults().withLargestShard(largest).run(model, folder, null);

        Checkpoint expected = Checkpoint.open(model);
        Checkpoint found = Checkpoint.open(folder);
        assertThat(found.names()).containsExactlyInAnyOrderElementsOf(expected.names());
        for (String name : expected.names()) {
            assertThat(found.floats(name)).as(name).isEqualTo(expected.floats(name));
        }
        for (Path shard : result.weights()) {
            Checkpoint part = Checkpoint.open(shard);
            long bytes = part.names().stream().map(part::info).mapToLong(TensorInfo::bytes).sum();
            assertThat(bytes <= largest || part.names().size() == 1).as("%s", shard).isTrue();
        }
        boolean sharded = Files.exists(folder.resolve("model.safetensors.index.json"));
        assertThat(sharded).isEqualTo(result.weights().size() > 1).isEqualTo(largest < 1_000_000);
    }

    /// multilingual-e5 is a BertModel that reads text as XLM-R does.
    @ParameterizedTest
    @ValueSource(strings = {"", "bert."})
    void aBertLayoutGivesTheSameAnswersAndIsWrittenAsXlmRoberta(String prefix) throws IOException {
        Path model = Fixtures.path("formats/reference_model");
        Path bert = bertLayout(model, prefix);
        Checkpoint values = Checkpoint.open(Fixtures.path("formats/expected.safetensors"));
        Path written = Files.createDirectory(folder.resolve("written"));
        ModelConversion.defaults().run(bert, written, null);

        for (Path directory : new Path[] {bert, written}) {
            for (Backend backend : Fixtures.backends()) {
                Map<String, Tensor> outputs =
                        new TensorForward(false, false, false).run(directory, values, backend);
                Tensor states = outputs.get("outputs.last_hidden_state");
                assertThat(states).isNotNull();
                Tensor expected =
                        new TensorForward(false, false, false)
                                .run(model, values, backend)
                                .get("outputs.last_hidden_state");
                assertThat(states.toArray()).isEqualTo(expected.toArray());
            }
        }
        XlmRobertaConfig config = XlmRobertaConfig.read(written);
        assertThat(config.modelType()).isEqualTo("xlm-roberta");
        assertThat(config.architectures()).containsExactly("XLMRobertaModel");
        assertThat(config.maxPositionEmbeddings()).isEqualTo(24);
        assertThat(config.padTokenId()).isEqualTo(1);
        assertThat(config.warnings()).isEmpty();
        assertThat(Checkpoint.open(written).names()).contains("embeddings.word_embeddings.weight");
    }

    /// The reference model with BERT's count of positions, from 0.
    private Path bertLayout(Path model, String prefix) throws IOException {
        Path directory = Files.createDirectory(folder.resolve("bert"));
        Checkpoint source = Checkpoint.open(model);
        SafetensorsWriter writer = new SafetensorsWriter().metadata("format", "pt");
        for (String name : source.names()) {
            float[] values = source.floats(name);
            Shape shape = source.tensor(name).shape();
            if (name.equals("embeddings.position_embeddings.weight")) {
                int skipped = 2 * shape.size(1);
                values = java.util.Arrays.copyOfRange(values, skipped, values.length);
                shape = Shape.of(shape.size(0) - 2, shape.size(1));
            }
            writer.add(prefix + name, Tensor.of(shape, values));
        }
        writer.write(directory.resolve("model.safetensors"));
        String config =
                Files.readString(model.resolve("config.json"))
                        .replace("\"model_type\": \"xlm-roberta\"", "\"model_type\": \"bert\"")
                        .replace("XLMRobertaModel", "BertModel")
                        .replace("\"pad_token_id\": 1", "\"pad_token_id\": 0")
                        .replace(
                                "\"max_position_embeddings\": 24",
                                "\"tokenizer_class\": \"XLMRobertaTokenizer\","
                                        + " \"max_position_embeddings\": 22");
        Files.writeString(directory.resolve("config.json"), config);
        return directory;
    }

    @Test
    void aSentenceTransformersDirectoryHoldsTheEncoderAndHowItPools() {
        PoolingSettings pooling = PoolingSettings.of(Pooling.CLS, true);
        ModelConversion.defaults()
                .withFormat(ModelFormat.SENTENCE_TRANSFORMERS)
                .run(Fixtures.path("formats/old_hub_mlm"), folder, pooling);

        assertThat(PoolingSettings.read(folder))
                .hasValueSatisfying(
                        read -> {
                            assertThat(read.pooling()).isEqualTo(Pooling.CLS);
                            assertThat(read.normalize()).isTrue();
                        });
        assertThat(XlmRobertaConfig.read(folder).architectures())
                .containsExactly("XLMRobertaModel");
        assertThat(Checkpoint.open(folder).names())
                .contains("embeddings.word_embeddings.weight")
                .noneMatch(name -> name.startsWith("lm_head") || name.startsWith("roberta"));
    }

    @Test
    void aHeadThatIsPromisedButNotThereIsRefused() throws IOException {
        Path model = Files.createDirectory(folder.resolve("model"));
        Path source = Fixtures.path("formats/reference_model");
        Files.copy(source.resolve("model.safetensors"), model.resolve("model.safetensors"));
        XlmRobertaConfig.read(source)
                .withArchitecture("XLMRobertaForQuestionAnswering")
                .write(model.resolve("config.json"));

        assertThatThrownBy(() -> ModelConversion.defaults().run(model, folder, null))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("promises XLMRobertaForQuestionAnswering")
                .hasMessageContaining("no qa_outputs.weight, qa_outputs.bias");
    }
}
