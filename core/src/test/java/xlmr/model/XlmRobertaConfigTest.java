package xlmr.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import xlmr.backend.Activation;
import xlmr.checkpoint.CheckpointException;
import xlmr.tensor.DType;

class XlmRobertaConfigTest {
    @TempDir Path directory;

    private static XlmRobertaConfig parse(String fields) {
        return XlmRobertaConfig.parse("config", "{\"model_type\":\"xlm-roberta\"," + fields + "}");
    }

    @Test
    void missingFieldsHaveTheReferencesDefaults() {
        XlmRobertaConfig config = XlmRobertaConfig.defaults();

        assertThat(config.vocabSize()).isEqualTo(30522);
        assertThat(config.hiddenSize()).isEqualTo(768);
        assertThat(config.numHiddenLayers()).isEqualTo(12);
        assertThat(config.numAttentionHeads()).isEqualTo(12);
        assertThat(config.intermediateSize()).isEqualTo(3072);
        assertThat(config.activation()).isEqualTo(Activation.GELU);
        assertThat(config.hiddenDropoutProb()).isEqualTo(0.1);
        assertThat(config.attentionProbsDropoutProb()).isEqualTo(0.1);
        assertThat(config.headDropout()).isEqualTo(0.1);
        assertThat(config.maxPositionEmbeddings()).isEqualTo(512);
        assertThat(config.maxTokens()).isEqualTo(510);
        assertThat(config.typeVocabSize()).isEqualTo(2);
        assertThat(config.initializerRange()).isEqualTo(0.02);
        assertThat(config.layerNormEps()).isEqualTo(1e-12);
        assertThat(config.padTokenId()).isEqualTo(1);
        assertThat(config.bosTokenId()).isEqualTo(0);
        assertThat(config.eosTokenId()).isEqualTo(2);
        assertThat(config.useCache()).isTrue();
        assertThat(config.isDecoder()).isFalse();
        assertThat(config.tieWordEmbeddings()).isTrue();
        assertThat(config.labels()).containsExactly("LABEL_0", "LABEL_1");
        assertThat(config.problemType()).isNull();
        assertThat(config.headSize()).isEqualTo(64);
        assertThat(config.warnings()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            delimiter = '|',
            value = {
                "\"hidden_size\":16.0|hidden_size is 16.0; expected a whole number",
                "\"hidden_size\":\"16\"|hidden_size is \"16\"; expected a whole number",
                "\"hidden_size\":null|hidden_size is null; expected a whole number",
                "\"hidden_size\":1e400|expected a whole number",
                "\"hidden_size\":0|hidden_size is 0; expected at least 1",
                "\"hidden_size\":-16|hidden_size is -16; expected at least 1",
                "\"num_attention_heads\":5|hidden_size 768 is not a multiple of num_attention_heads"
                        + " 5",
                "\"num_attention_heads\":0|num_attention_heads is 0; expected at least 1",
                "\"num_hidden_layers\":-1|num_hidden_layers is -1; expected 0 to 1000",
                "\"num_hidden_layers\":2000000000|num_hidden_layers is 2000000000; expected 0 to",
                "\"vocab_size\":1000000000000000|vocab_size is 1000000000000000; expected at most",
                "\"vocab_size\":2000000000|vocab_size 2000000000 times hidden_size 768 is above",
                "\"num_labels\":2000000000|num_labels is 2000000000; expected 1 to 1000000",
                "\"num_labels\":0|num_labels is 0; expected 1 to",
                "\"hidden_act\":\"gelu_fancy\"|hidden_act \"gelu_fancy\" is unknown; supported are"
                        + " gelu,",
                "\"hidden_act\":3|hidden_act is 3; expected a text",
                "\"hidden_dropout_prob\":1.5|hidden_dropout_prob is 1.5; expected at least 0, below"
                        + " 1",
                "\"hidden_dropout_prob\":true|hidden_dropout_prob is true; expected a number",
                "\"classifier_dropout\":-1|classifier_dropout is -1.0; expected at least 0",
                "\"layer_norm_eps\":-1|layer_norm_eps is -1.0; expected a number above 0",
                "\"layer_norm_eps\":1e999|expected a number",
                "\"layer_norm_eps\":\"1e-5\"|layer_norm_eps is \"1e-5\"; expected a number",
                "\"layer_norm_eps\":NaN|not valid JSON",
                "\"pad_token_id\":-1|pad_token_id is -1; expected an id below vocab_size 30522",
                "\"pad_token_id\":30522|pad_token_id is 30522; expected an id below",
                "\"pad_token_id\":null|pad_token_id is null; expected a whole number",
                "\"max_position_embeddings\":2|positions start at pad_token_id + 1 = 2, so no token"
                        + " fits",
                "\"is_decoder\":1|is_decoder is 1; expected true or false",
                "\"position_embedding_type\":\"relative_key\"|position_embedding_type is"
                        + " \"relative_key\"; only absolute",
                "\"quantization_config\":{\"bits\":4}|quantized weights are not supported; use the",
                "\"add_cross_attention\":true|cross attention is not supported",
                "\"pruned_heads\":{\"12\":[1]}|pruned_heads: \"12\" is no layer of 0 to 11",
                "\"pruned_heads\":{\"0\":[12]}|pruned_heads: \"0\" has 12; expected heads of 0 to"
                        + " 11",
                "\"pruned_heads\":{\"0\":1}|pruned_heads: \"0\" is no list of heads",
                "\"problem_type\":\"ranking\"|problem_type is \"ranking\"; expected single_label",
                "\"id2label\":{\"0\":\"a\",\"7\":\"b\"}|id2label has no \"1\"; expected ids 0 to 1",
                "\"id2label\":[\"a\"]|id2label is [\"a\"]; expected",
                "\"id2label\":{\"0\":{}}|id2label of 0 is {}; expected a text",
                "\"architectures\":\"X\"|architectures is \"X\"; expected a list of texts",
                "\"architectures\":[1]|architectures is [1]; expected a list of texts",
                "\"hidden_size\":16,\"hidden_size\":32|Duplicate field 'hidden_size'",
            })
    void aWrongValueIsRefusedWithItsFieldAndWhatIsExpected(String fields, String reason) {
        assertThatExceptionOfType(CheckpointException.class)
                .isThrownBy(() -> parse(fields))
                .withMessageStartingWith("config: ")
                .withMessageContaining(reason);
    }

    /// As multilingual-e5-small on the Hub.
    @Test
    void bertWithTheTokenizerOfXlmRobertaIsTakenAsXlmRoberta() {
        XlmRobertaConfig config =
                XlmRobertaConfig.parse(
                        "config",
                        """
                        {"architectures": ["BertModel"], "model_type": "bert", "pad_token_id": 0,
                         "max_position_embeddings": 512, "vocab_size": 250037, "type_vocab_size": 2,
                         "tokenizer_class": "XLMRobertaTokenizer"}\
                        """);

        assertThat(config.modelType()).isEqualTo("xlm-roberta");
        assertThat(config.architectures()).containsExactly("XLMRobertaModel");
        assertThat(config.maxPositionEmbeddings()).isEqualTo(514);
        assertThat(config.maxTokens()).isEqualTo(512);
        assertThat(config.padTokenId()).isEqualTo(1);
        assertThat(config.typeVocabSize()).isEqualTo(2);
        assertThat(config.warnings())
                .containsExactly(
                        "model_type bert with XLM-R's tokenizer: taken as xlm-roberta, positions"
                                + " moved up by 2");
    }

    @Test
    void extraLargeHasDefaultsOfItsOwnAndNormalizesBefore() {
        XlmRobertaConfig config =
                XlmRobertaConfig.parse("config", "{\"model_type\": \"xlm-roberta-xl\"}");

        assertThat(config.layerNormOrder()).isEqualTo(LayerNormOrder.BEFORE);
        assertThat(config.hiddenSize()).isEqualTo(2560);
        assertThat(config.vocabSize()).isEqualTo(250880);
        assertThat(config.numHiddenLayers()).isEqualTo(36);
        assertThat(config.layerNormEps()).isEqualTo(1e-5);
        assertThat(config.warnings()).isEmpty();
        assertThat(XlmRobertaConfig.defaults().layerNormOrder()).isEqualTo(LayerNormOrder.AFTER);
    }

    @Test
    void aHeadOfBertsIsRefused() {
        assertThatExceptionOfType(CheckpointException.class)
                .isThrownBy(
                        () ->
                                XlmRobertaConfig.parse(
                                        "config",
                                        """
                                        {"architectures": ["BertForSequenceClassification"],
                                         "model_type": "bert",
                                         "tokenizer_class": "XLMRobertaTokenizerFast"}\
                                        """))
                .withMessageContaining("only BertModel is XLM-R's network");
    }

    @ParameterizedTest
    @CsvSource({"bert", "llama", "deberta-v2"})
    void anotherNetworkIsRefused(String type) {
        assertThatExceptionOfType(CheckpointException.class)
                .isThrownBy(
                        () ->
                                XlmRobertaConfig.parse(
                                        "config", "{\"model_type\":\"%s\"}".formatted(type)))
                .withMessage(
                        "config: model_type is \"%s\", another network; supported are xlm-roberta, xlm-roberta-xl, roberta, camembert, and bert with XLM-R's tokenizer"
                                .formatted(type));
    }

    @Test
    void theSameNetworkUnderAnotherNameIsAWarning() {
        assertThat(XlmRobertaConfig.parse("config", "{\"model_type\":\"roberta\"}").warnings())
                .singleElement()
                .asString()
                .contains("another tokenizer");
        assertThat(XlmRobertaConfig.parse("config", "{}").warnings())
                .containsExactly("no model_type; taken as xlm-roberta");
    }

    @ParameterizedTest
    @CsvSource({
        "gelu,GELU",
        "gelu_new,GELU_TANH",
        "gelu_pytorch_tanh,GELU_TANH",
        "relu,RELU",
        "swish,SILU",
        "tanh,TANH"
    })
    void activationsHaveTheReferencesNames(String name, Activation expected) {
        assertThat(parse("\"hidden_act\":\"%s\"".formatted(name)).activation()).isEqualTo(expected);
    }

    @Test
    void labelsComeFromId2label() {
        XlmRobertaConfig config = parse("\"id2label\":{\"1\":\"neu\",\"0\":\"neg\",\"2\":\"pos\"}");

        assertThat(config.labels()).containsExactly("neg", "neu", "pos");
        assertThat(config.numLabels()).isEqualTo(3);
        assertThat(parse("\"num_labels\":3").labels())
                .containsExactly("LABEL_0", "LABEL_1", "LABEL_2");
    }

    @Test
    void contradictingLabelsAreAWarning() {
        XlmRobertaConfig counts = parse("\"num_labels\":5,\"id2label\":{\"0\":\"a\"}");
        assertThat(counts.numLabels()).isEqualTo(5);
        assertThat(counts.warnings()).singleElement().asString().contains("num_labels is 5");

        XlmRobertaConfig names =
                parse("\"id2label\":{\"0\":\"a\",\"1\":\"b\"},\"label2id\":{\"a\":1,\"b\":0}");
        assertThat(names.labels()).containsExactly("a", "b");
        assertThat(names.warnings()).singleElement().asString().contains("contradicts");

        assertThat(parse("\"id2label\":{\"0\":\"a\",\"1\":\"a\"}").warnings()).hasSize(1);
    }

    @Test
    void whatIsReadIsWrittenWithUnknownFieldsToo() throws IOException {
        String source =
                """
                {"model_type": "xlm-roberta", "hidden_size": 16, "num_attention_heads": 2,
                 "layer_norm_eps": 1e-05, "foo": {"bar": [1, 2.50, null, "é"], "empty": {}},
                 "torch_dtype": "float32", "transformers_version": "4.17.0", "bos_token_id": null}
                """;
        XlmRobertaConfig config = XlmRobertaConfig.parse("source", source);
        Path file = directory.resolve("config.json");
        config.write(directory);

        assertThat(XlmRobertaConfig.read(directory)).isEqualTo(config);
        JsonNode written = new ObjectMapper().readTree(file.toFile());
        JsonNode given = new ObjectMapper().readTree(source);
        given.properties()
                .forEach(
                        field ->
                                assertThat(written.get(field.getKey()))
                                        .isEqualTo(field.getValue()));
        assertThat(written.get("vocab_size").intValue()).isEqualTo(30522);
        assertThat(Files.readString(file))
                .startsWith(
                        "{\n  \"architectures\": [],\n  \"attention_probs_dropout_prob\": 0.1,\n");
    }

    @Test
    void oneFieldOrTheLabelsCanBeChanged() {
        XlmRobertaConfig config = parse("\"foo\":7,\"hidden_size\":24");
        XlmRobertaConfig changed =
                config.withLabels(List.of("no", "yes", "日本"))
                        .withProblemType(ProblemType.MULTI_LABEL_CLASSIFICATION)
                        .withArchitecture("XLMRobertaForSequenceClassification")
                        .with("hidden_dropout_prob", 0.25);

        assertThat(changed.labels()).containsExactly("no", "yes", "日本");
        assertThat(changed.problemType()).isEqualTo(ProblemType.MULTI_LABEL_CLASSIFICATION);
        assertThat(changed.architectures()).containsExactly("XLMRobertaForSequenceClassification");
        assertThat(changed.hiddenDropoutProb()).isEqualTo(0.25);
        assertThat(changed.hiddenSize()).isEqualTo(24);
        assertThat(changed.otherFields()).containsEntry("foo", "7");
        assertThat(changed.withLabels(List.of("LABEL_0", "LABEL_1")).numLabels()).isEqualTo(2);
        assertThat(config.numLabels()).isEqualTo(2);
        assertThatIllegalArgumentException().isThrownBy(() -> config.withLabels(List.of("a", "a")));
        assertThatExceptionOfType(CheckpointException.class)
                .isThrownBy(() -> config.with("hidden_size", 5))
                .withMessageContaining("not a multiple");
    }

    @Test
    void theWeightTypeIsStatedUnderTheNameThatTheFileUses() {
        assertThat(parse("\"torch_dtype\":\"float16\"").withWeightType(DType.F32).otherFields())
                .containsEntry("torch_dtype", "\"float32\"")
                .doesNotContainKey("dtype");
        assertThat(parse("\"foo\":1").withWeightType(DType.BF16).otherFields())
                .containsEntry("dtype", "\"bfloat16\"")
                .doesNotContainKey("torch_dtype");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> XlmRobertaConfig.defaults().withWeightType(DType.I64));
    }

    @Test
    void theFileMustBeStrictJsonInUtf8() throws IOException {
        refused("", "empty; expected a JSON object");
        refused("null", "expected a JSON object {...}, found null");
        refused("[1, 2]", "expected a JSON object {...}, found an array");
        refused("hidden_size = 16", "not valid JSON");
        refused("{\"model_type\":\"xlm-roberta\",}", "not valid JSON");
        refused("{\"model_type\":\"xlm-roberta\" /* c */}", "not valid JSON");
        refused("{\"a\": \"xlm-ro", "not valid JSON");
        refused("{} {}", "not valid JSON");
        refused("{\"x\":" + "[".repeat(20000) + "]".repeat(20000) + "}", "nesting depth");
        Path file = directory.resolve("config.json");
        Files.write(file, "\uFEFF{}".getBytes(StandardCharsets.UTF_16LE));
        assertThatExceptionOfType(CheckpointException.class)
                .isThrownBy(() -> XlmRobertaConfig.read(file))
                .withMessage(file + ": not UTF-8: invalid byte at position 0");
        Files.writeString(file, "\uFEFF{\"model_type\":\"xlm-roberta\"}");
        assertThat(XlmRobertaConfig.read(file)).isEqualTo(XlmRobertaConfig.defaults());
        Files.delete(file);
        assertThatExceptionOfType(CheckpointException.class)
                .isThrownBy(() -> XlmRobertaConfig.read(directory))
                .withMessage(file + ": does not exist");
    }

    private void refused(String content, String reason) throws IOException {
        Path file = Files.writeString(directory.resolve("config.json"), content);
        assertThatExceptionOfType(CheckpointException.class)
                .isThrownBy(() -> XlmRobertaConfig.read(directory))
                .withMessageStartingWith(file + ": ")
                .withMessageContaining(reason)
                .satisfies(e -> assertThat(e.getMessage()).hasLineCount(1));
    }
}
