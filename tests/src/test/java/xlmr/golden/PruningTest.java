package xlmr.golden;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import xlmr.backend.Backend;
import xlmr.checkpoint.Checkpoint;
import xlmr.checkpoint.CheckpointException;
import xlmr.checkpoint.JsonDocument;
import xlmr.checkpoint.SafetensorsWriter;
import xlmr.model.XlmRobertaConfig;
import xlmr.pipeline.LayerPruning;
import xlmr.pipeline.Pruning;
import xlmr.pipeline.TensorForward;
import xlmr.pipeline.VocabularyPruning;
import xlmr.tensor.Shape;
import xlmr.tensor.Tensor;
import xlmr.tokenizer.EncodingOptions;
import xlmr.tokenizer.KeptCharacters;
import xlmr.tokenizer.TokenizerReference;
import xlmr.tokenizer.VocabularySubset;
import xlmr.tokenizer.XlmRobertaTokenizer;

/// Models that lost a part, against those of the reference that lost the same.
class PruningTest {
    private static final String EXPECTED = "pruning/expected.safetensors";

    @TempDir private Path directory;

    @Test
    void aModelOfSomeLayersAnswersLikeTheReferences() {
        Path model = Fixtures.path("models/sequence_classification");
        Checkpoint expected = Checkpoint.open(Fixtures.path(EXPECTED));
        new LayerPruning(List.of(2, 0)).run(model, directory);
        assertThat(XlmRobertaConfig.read(directory).numHiddenLayers()).isEqualTo(2);
        assertAnswers(expected, expected, "layers.logits");
    }

    @Test
    void aCheckpointThatTheReferenceTookHeadsFromAnswersLikeIt() {
        Checkpoint expected = Checkpoint.open(Fixtures.path(EXPECTED));
        Path pruned = Fixtures.path("pruning/heads_checkpoint");
        assertAnswers(pruned, expected, expected, "heads.logits");
    }

    @Test
    void headsThatAreGoneMoveWithTheirLayers() {
        new LayerPruning(List.of(1, 2)).run(Fixtures.path("pruning/heads_checkpoint"), directory);
        XlmRobertaConfig config = XlmRobertaConfig.read(directory);
        assertThat(config.heads(0)).isEqualTo(4);
        assertThat(config.heads(1)).isEqualTo(2);
    }

    @Test
    void aLayerThatIsNotThereIsRefused() {
        Path model = Fixtures.path("models/sequence_classification");
        LayerPruning pruning = new LayerPruning(List.of(0, 3));
        assertThatThrownBy(() -> pruning.run(model, directory))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("has no layer 3; expected 0 to 2");
    }

    @Test
    void aModelOfSomePiecesAnswersLikeTheReferences() throws IOException {
        JsonNode facts = vocabularyFacts();
        Pruning.Result result =
                new VocabularyPruning(texts(facts), KeptCharacters.ALL).run(model(true), directory);
        assertThat(result.config().vocabSize()).isEqualTo(203);
        assertThat(result.segmentation())
                .returns(20L, VocabularySubset.Comparison::texts)
                .returns(true, VocabularySubset.Comparison::isSame);
        Checkpoint expected = Checkpoint.open(Fixtures.path(EXPECTED));
        Path inputs = directory.resolve("inputs.safetensors");
        SafetensorsWriter writer = new SafetensorsWriter();
        for (String name : List.of("input_ids", "attention_mask")) {
            writer.addIntegers(
                    "inputs." + name, Shape.of(4, 40), expected.integers("vocabulary." + name));
        }
        writer.write(inputs);
        assertAnswers(Checkpoint.open(inputs), expected, "vocabulary.logits");
    }

    @Test
    void theSmallerSentencePieceFileIsTheReferencesToTheByte() throws IOException {
        new VocabularyPruning(texts(vocabularyFacts()), KeptCharacters.ALL)
                .run(model(true), directory);
        assertThat(directory.resolve("sentencepiece.bpe.model"))
                .hasSameBinaryContentAs(Fixtures.path("pruning/vocabulary_spm.model"));
    }

    @Test
    void bothTokenizerFilesGiveTheReferencesIds() throws IOException {
        JsonNode facts = vocabularyFacts();
        new VocabularyPruning(texts(facts), KeptCharacters.ALL).run(model(true), directory);
        for (TokenizerReference reference : TokenizerReference.values()) {
            XlmRobertaTokenizer tokenizer = XlmRobertaTokenizer.load(directory, reference);
            assertThat(tokenizer.vocabularySize()).isEqualTo(203);
            assertThat(tokenizer.maskId()).isEqualTo(202);
            for (int i = 0; i < facts.path("texts").size(); i++) {
                String text = facts.path("texts").get(i).textValue();
                int[] ids = new int[facts.path("ids").get(i).size()];
                for (int t = 0; t < ids.length; t++) {
                    ids[t] = facts.path("ids").get(i).get(t).intValue();
                }
                assertThat(tokenizer.encode(text, EncodingOptions.defaults()).ids())
                        .as("%s: %s", reference, text)
                        .containsExactly(ids);
            }
        }
    }

    @Test
    void withoutFurtherCharactersALetterOfNoTextIsUnknown() throws IOException {
        List<String> texts = List.of("vor einer Minute");
        new VocabularyPruning(texts, KeptCharacters.NONE).run(model(false), directory);
        XlmRobertaTokenizer few = XlmRobertaTokenizer.load(directory);
        assertThat(few.encode("z", EncodingOptions.defaults()).ids()).contains(few.unkId());
        assertThat(few.vocabularySize()).isLessThan(20);
    }

    @Test
    void signsOfTheTextsScriptsStayAndLettersOfOthersGo() throws IOException {
        Path whole = model(false);
        new VocabularyPruning(List.of("1 = 0"), KeptCharacters.SCRIPTS).run(whole, directory);
        XlmRobertaTokenizer before = XlmRobertaTokenizer.load(whole);
        XlmRobertaTokenizer digits = XlmRobertaTokenizer.load(directory);
        assertThat(before.id("z")).isNotEqualTo(before.unkId());
        assertThat(digits.id("%")).isNotEqualTo(digits.unkId());
        assertThat(digits.id("z")).isEqualTo(digits.unkId());
    }

    private void assertAnswers(Checkpoint inputs, Checkpoint expected, String name) {
        assertAnswers(directory, inputs, expected, name);
    }

    private static void assertAnswers(
            Path model, Checkpoint inputs, Checkpoint expected, String name) {
        for (Backend backend : Fixtures.backends()) {
            try (backend) {
                Map<String, Tensor> outputs =
                        new TensorForward(false, false, false).run(model, inputs, backend);
                Tensor logits = outputs.get("outputs.logits");
                assertThat(logits).isNotNull();
                Fixtures.assertClose(
                        name, logits.toArray(), answers(inputs, expected, name), Fixtures.HIDDEN);
            }
        }
    }

    /// With zeros where there is padding, if there is a row for each token.
    private static double[] answers(Checkpoint inputs, Checkpoint expected, String name) {
        double[] values = Fixtures.values(expected, name);
        long[] mask = inputs.integers("inputs.attention_mask");
        if (expected.info(name).shape().length == 3) {
            int columns = values.length / mask.length;
            for (int i = 0; i < values.length; i++) {
                values[i] *= mask[i / columns];
            }
        }
        return values;
    }

    /// The reference's language model with its tokenizer.
    private Path model(boolean withJson) throws IOException {
        Path model = Files.createDirectory(directory.resolve("whole"));
        Path weights = Fixtures.path("models/masked_lm");
        Path tokenizer = Fixtures.path("tokenizers/tiny");
        Files.copy(weights.resolve("config.json"), model.resolve("config.json"));
        Files.copy(weights.resolve("model.safetensors"), model.resolve("model.safetensors"));
        Files.copy(tokenizer.resolve("spm.model"), model.resolve("sentencepiece.bpe.model"));
        if (withJson) {
            Files.copy(tokenizer.resolve("hf/tokenizer.json"), model.resolve("tokenizer.json"));
        }
        return model;
    }

    private static JsonNode vocabularyFacts() {
        return JsonDocument.read(Fixtures.path("pruning/pruning.json")).path("vocabulary");
    }

    private static List<String> texts(JsonNode facts) {
        List<String> texts = new ArrayList<>();
        facts.path("texts").forEach(text -> texts.add(text.textValue()));
        return texts;
    }
}
