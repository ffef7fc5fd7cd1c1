package xlmr.golden;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import xlmr.autograd.Ops;
import xlmr.autograd.Workspace;
import xlmr.backend.Backend;
import xlmr.model.LayerObserver;
import xlmr.model.ModelLoader;
import xlmr.model.XlmRobertaModel;
import xlmr.tensor.Tensor;
import xlmr.tensor.TokenBatch;
import xlmr.tokenizer.EncodingOptions;
import xlmr.tokenizer.XlmRobertaTokenizer;

/// A real multilingual checkpoint of twelve layers and 250,000 pieces: sentences in twelve
/// languages and a text cut at 512 tokens, against what transformers computes. Needs the
/// checkpoint's directory in XLMR_REAL_MODEL.
class RealModelTest {
    private static final double LIMIT = 2e-5;

    static List<Backend> backends() {
        return Fixtures.backends();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("backends")
    void sentencesComeOutAsInTheReference(Backend backend) throws IOException {
        Path directory = Fixtures.external("XLMR_REAL_MODEL");
        Path expected =
                Path.of(System.getProperty("xlmr.repository", ".."))
                        .toAbsolutePath()
                        .resolveSibling("shared/realmodel/expected.json");
        Assumptions.assumeTrue(
                Files.exists(expected), "../shared/realmodel/expected.json is missing");
        JsonNode sentences = new ObjectMapper().readTree(expected.toFile()).get("sentences");
        XlmRobertaTokenizer tokenizer = XlmRobertaTokenizer.load(directory);
        XlmRobertaModel model = ModelLoader.encoder(directory, ModelLoader.FROZEN).model();
        assertThat(sentences).isNotEmpty();
        for (JsonNode sentence : sentences) {
            String text = sentence.get("text").asText();
            int[] ids = tokenizer.encode(text, EncodingOptions.defaults().withMaxLength(512)).ids();
            assertThat(ids).as(text).isEqualTo(numbersAsInts(sentence.get("ids")));
            check(sentence, ids, model, backend);
        }
    }

    private static void check(
            JsonNode sentence, int[] ids, XlmRobertaModel model, Backend backend) {
        Workspace workspace = new Workspace(backend);
        List<Double> normsOfFirst = new ArrayList<>();
        LayerObserver observer =
                new LayerObserver() {
                    @Override
                    public void hiddenStates(int layer, Tensor hiddenStates) {
                        float[] values = hiddenStates.toArray();
                        double sum = 0;
                        for (int c = 0; c < hiddenStates.size(1); c++) {
                            sum += (double) values[c] * values[c];
                        }
                        normsOfFirst.add(Math.sqrt(sum));
                    }
                };
        TokenBatch tokens = TokenBatch.of(List.of(ids), model.config().padTokenId());
        Tensor hidden =
                model.forward(Ops.inference(backend, workspace), tokens, null, observer); // [N, C]
        double[] mean = mean(hidden);
        double norm = 0;
        for (double value : mean) {
            norm += value * value;
        }
        norm = Math.sqrt(norm);
        String language = sentence.get("lang").asText();
        assertThat(norm)
                .as(language)
                .isCloseTo(sentence.get("mean_norm").asDouble(), within(LIMIT));
        for (int c = 0; c < sentence.get("pooled8").size(); c++) {
            assertThat(mean[c] / norm)
                    .as(language)
                    .isCloseTo(sentence.get("pooled8").get(c).asDouble(), within(LIMIT));
        }
        JsonNode layers = sentence.get("cls_norm_by_layer");
        assertThat(normsOfFirst).hasSize(layers.size());
        for (int layer = 0; layer < layers.size(); layer++) {
            assertThat(normsOfFirst.get(layer))
                    .as("%s, layer %d", language, layer)
                    .isCloseTo(layers.get(layer).asDouble(), within(LIMIT));
        }
    }

    private static double[] mean(Tensor hidden) {
        float[] values = hidden.toArray();
        int columns = hidden.size(1);
        double[] mean = new double[columns];
        for (int i = 0; i < values.length; i++) {
            mean[i % columns] += (double) values[i] / hidden.size(0);
        }
        return mean;
    }

    private static int[] numbersAsInts(JsonNode array) {
        int[] numbers = new int[array.size()];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = array.get(i).asInt();
        }
        return numbers;
    }
}
