package xlmr.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import xlmr.model.XlmRobertaConfig;

class TuneTest {
    private static final XlmRobertaConfig TWELVE =
            XlmRobertaConfig.parse(
                    "a test", "{\"model_type\": \"xlm-roberta\", \"num_hidden_layers\": 12}");

    private static final List<String> NAMES =
            List.of(
                    "roberta.embeddings.word_embeddings.weight",
                    "roberta.embeddings.LayerNorm.bias",
                    "roberta.encoder.layer.1.output.dense.weight",
                    "roberta.encoder.layer.10.attention.self.query.bias",
                    "roberta.encoder.layer.11.output.dense.weight",
                    "roberta.encoder.LayerNorm.weight",
                    "roberta.pooler.dense.weight",
                    "classifier.out_proj.weight",
                    "classifier.out_proj.bias");

    @ParameterizedTest
    @CsvSource({
        "full, 0 1 2 3 4 5 6 7 8",
        "head, 6 7 8",
        "top:1, 4 5 6 7 8",
        "top:2, 3 4 5 6 7 8",
        "TOP:12, 2 3 4 5 6 7 8",
        "layers:1-10, 2 3 6 7 8",
        "layers:1, 2 6 7 8",
        "bias, 1 3 6 7 8",
    })
    void trainsWhatItSays(String spec, String expected) {
        Predicate<String> trainable = Tune.parse(spec).trainable(TWELVE);
        assertThat(NAMES.stream().filter(trainable))
                .containsExactlyElementsOf(
                        List.of(expected.split(" ")).stream()
                                .map(Integer::parseInt)
                                .map(NAMES::get)
                                .toList());
    }

    @Test
    void embeddingsCanBeLeftOut() {
        Tune full = Tune.FULL.withoutEmbeddings();
        assertThat(NAMES.stream().filter(full.trainable(TWELVE))).hasSize(NAMES.size() - 2);
        assertThat(full.words(TWELVE))
                .isEqualTo("all 12 encoder layers and the head; the embeddings stay as they are");
        assertThat(full.withoutEmbeddings()).isSameAs(full);
        assertThat(Tune.BIASES.withoutEmbeddings().trainable(TWELVE).test(NAMES.get(1))).isFalse();
    }

    @Test
    void saysInWordsWhatTrains() {
        assertThat(new Tune.Top(4).words(TWELVE))
                .isEqualTo("encoder layers 8 to 11 of 0 to 11, and the head");
        assertThat(Tune.FULL.words(TWELVE)).contains("embeddings", "12 encoder layers", "head");
    }

    @Test
    void layersThatTheModelLacksAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Tune.Top(13).trainable(TWELVE))
                .withMessageContainingAll("top:13", "12 encoder layers", "top:1 to top:12");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Tune.Layers(3, 12).trainable(TWELVE))
                .withMessageContainingAll("layers:3-12", "0 to 11");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "all",
                "top",
                "top:",
                "top:0",
                "top:-1",
                "top:x",
                "layers:",
                "layers:5-2",
                "layers:-1",
                "layers:1-2-3",
                "top:99999999999"
            })
    void otherTextsAreRefused(String spec) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Tune.parse(spec))
                .withMessageStartingWith("tune: expected ");
    }
}
