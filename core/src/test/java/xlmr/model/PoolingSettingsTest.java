package xlmr.model;

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
import xlmr.checkpoint.CheckpointException;

class PoolingSettingsTest {
    private static final String MODULES =
            """
            [{"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
             {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"}%s]
            """;
    private static final String NORMALIZE =
            ", {\"idx\": 2, \"path\": \"2_Normalize\", \"type\": \"a.b.normalize.Normalize\"}";

    @TempDir Path directory;

    private void write(String file, String content) throws IOException {
        Path path = directory.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, content);
    }

    @Test
    void aDirectoryOfAnotherKindHasNone() {
        assertThat(PoolingSettings.read(directory)).isEmpty();
    }

    @Test
    void allThatTheFilesSayIsRead() throws IOException {
        write(PoolingSettings.MODULES, MODULES.formatted(NORMALIZE));
        write("1_Pooling/config.json", "{\"pooling_mode\": \"max\", \"include_prompt\": true}");
        write(PoolingSettings.TRANSFORMER, "{\"max_seq_length\": 128, \"do_lower_case\": false}");
        write(
                PoolingSettings.PROMPTS,
                "{\"prompts\": {\"query\": \"query: \", \"passage\": \"passage: \"},"
                        + " \"default_prompt_name\": \"query\"}");
        PoolingSettings settings = PoolingSettings.read(directory).orElseThrow();
        assertThat(settings.pooling()).isEqualTo(Pooling.MAX);
        assertThat(settings.normalize()).isTrue();
        assertThat(settings.maxTokens()).isEqualTo(128);
        assertThat(settings.prompts())
                .containsExactly(Map.entry("query", "query: "), Map.entry("passage", "passage: "));
        assertThat(settings.defaultPrompt()).isEqualTo("query");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {
                "{\"pooling_mode_cls_token\": true, \"pooling_mode_mean_tokens\": false} | CLS",
                "{\"pooling_mode_cls_token\": false, \"pooling_mode_mean_tokens\": true} | MEAN",
                "{\"pooling_mode_max_tokens\": true} | MAX",
                "{\"pooling_mode\": [\"cls\"]} | CLS",
                "{\"word_embedding_dimension\": 384} | MEAN"
            })
    void bothWaysToNameAModeAreRead(String config, Pooling expected) throws IOException {
        write(PoolingSettings.MODULES, MODULES.formatted(""));
        write("1_Pooling/config.json", config);
        assertThat(PoolingSettings.read(directory)).contains(PoolingSettings.of(expected, false));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {
                "{\"pooling_mode_lasttoken\": true} | pooling_mode_lasttoken",
                "{\"pooling_mode\": \"weightedmean\"} | weightedmean",
                "{\"pooling_mode\": [\"cls\", \"max\"]} | cls, max",
                "{\"pooling_mode\": \"mean\", \"include_prompt\": false} | include_prompt"
            })
    void whatWouldGiveOtherVectorsIsRefused(String config, String named) throws IOException {
        write(PoolingSettings.MODULES, MODULES.formatted(""));
        write("1_Pooling/config.json", config);
        assertThatThrownBy(() -> PoolingSettings.read(directory))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining(named)
                .hasMessageContaining("config.json");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {
                "[{\"type\": \"sentence_transformers.models.Dense\", \"path\": \"2_Dense\"}] |"
                        + " Dense",
                "[{\"type\": \"models.Pooling\", \"path\": \"../elsewhere\"}] | ../elsewhere",
                "{} | expected a JSON array",
                "[{ | not valid JSON"
            })
    void modulesThatCannotBeFollowedAreRefused(String modules, String named) throws IOException {
        write(PoolingSettings.MODULES, modules);
        assertThatThrownBy(() -> PoolingSettings.read(directory))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining(named);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {
                "{\"do_lower_case\": true} | do_lower_case",
                "{\"transformer_task\": \"sequence-classification\"} | cross-encoder",
                "{\"transformer_task\": \"fill-mask\"} | fill-mask",
                "{\"max_seq_length\": 0} | max_seq_length",
                "{\"max_seq_length\": 1.5} | max_seq_length",
                "{\"max_seq_length\": \"long\"} | max_seq_length"
            })
    void anEncoderThatWorksOtherwiseIsRefused(String config, String named) throws IOException {
        write(PoolingSettings.MODULES, MODULES.formatted(""));
        write("1_Pooling/config.json", "{}");
        write(PoolingSettings.TRANSFORMER, config);
        assertThatThrownBy(() -> PoolingSettings.read(directory))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining(named)
                .hasMessageContaining("sentence_bert_config.json");
    }

    @Test
    void normalizingSomethingElseIsRefused() throws IOException {
        write(
                PoolingSettings.MODULES,
                MODULES.formatted(NORMALIZE.replace("path\": \"\"", "path\": \"2_Normalize\"")));
        write("1_Pooling/config.json", "{}");
        write("2_Normalize/config.json", "{\"module_input_name\": \"token_embeddings\"}");
        assertThatThrownBy(() -> PoolingSettings.read(directory))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("token_embeddings");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {
                "{\"max_seq_length\": 64} | {\"model_max_length\": 32} | 64",
                "{\"max_seq_length\": null} | {\"model_max_length\": 32} | 32",
                "{} | {\"model_max_length\": 512} | 512",
                "{} | {\"model_max_length\": 1000000000000000019884624838656} | -1",
                "{} | {} | -1"
            })
    void theLengthIsTheTransformersOrElseTheTokenizers(
            String transformer, String tokenizer, int expected) throws IOException {
        write(PoolingSettings.TRANSFORMER, transformer);
        write("tokenizer_config.json", tokenizer);
        assertThat(TextLimit.read(directory).orElse(-1)).isEqualTo(expected);
    }

    @Test
    void theFirstReleasesKeptTheEncoderInAFolder() throws IOException {
        write(
                PoolingSettings.MODULES,
                MODULES.formatted("").replace("\"path\": \"\"", "\"path\": \"0_Transformer\""));
        write("1_Pooling/config.json", "{}");
        write("0_Transformer/sentence_xlm-roberta_config.json", "{\"max_seq_length\": 77}");
        assertThat(PoolingSettings.encoderDirectory(directory))
                .isEqualTo(directory.resolve("0_Transformer"));
        assertThat(PoolingSettings.read(directory).orElseThrow().maxTokens()).isEqualTo(77);
    }

    @Test
    void writingNeedsTheModelsConfiguration() {
        assertThatThrownBy(() -> PoolingSettings.of(Pooling.CLS, true).write(directory))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("config.json");
        assertThat(directory).isEmptyDirectory();
    }
}
