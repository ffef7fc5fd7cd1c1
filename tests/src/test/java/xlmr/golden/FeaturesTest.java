package xlmr.golden;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import xlmr.backend.Backend;
import xlmr.backend.cpu.CpuBackends;
import xlmr.checkpoint.Checkpoint;
import xlmr.data.Example;
import xlmr.pipeline.FeatureExtraction;
import xlmr.pipeline.FeatureFile;
import xlmr.pipeline.FeaturePooling;
import xlmr.pipeline.Features;

/// Features of texts against the reference's hidden states, attentions and logits, and against
/// themselves in other company.
class FeaturesTest {
    private static final int LAYERS = 3;
    private static final int HIDDEN = 48;
    private static final int HEADS = 4;
    private static final int MAX_LENGTH = 64;

    @TempDir private Path folder;

    static List<Backend> backends() {
        return Fixtures.backends();
    }

    /// A model of the fixtures with the tokenizer that made their ids.
    private Path model(String name) throws IOException {
        Path directory = Files.createDirectory(folder.resolve(name));
        for (String file : List.of("config.json", "model.safetensors")) {
            Files.copy(Fixtures.path("models/" + name).resolve(file), directory.resolve(file));
        }
        Files.copy(
                Fixtures.path("tokenizers/tiny/spm.model"),
                directory.resolve("sentencepiece.bpe.model"));
        return directory;
    }

    private static List<String> texts() throws IOException {
        JsonNode json = new ObjectMapper().readTree(Fixtures.path("models/texts.json").toFile());
        List<String> texts = new ArrayList<>();
        json.get("texts").forEach(text -> texts.add(text.asText()));
        return texts;
    }

    private static Checkpoint expected(String name) {
        return Checkpoint.open(Fixtures.path("models/" + name + "/fixture.safetensors"));
    }

    @ParameterizedTest
    @MethodSource("backends")
    void everyLayerIsTheReferencesHiddenStates(Backend backend) throws IOException {
        List<Features> found =
                FeatureExtraction.load(model("sequence_classification"), backend)
                        .withAllLayers()
                        .withPooling(FeaturePooling.TOKENS)
                        .extract(texts());
        Checkpoint reference = expected("base_with_pooler");
        for (int layer = 0; layer <= LAYERS; layer++) {
            double[] states = reference.doubles("outputs.hidden_states." + layer);
            for (int b = 0; b < found.size(); b++) {
                float[][] rows = found.get(b).tokens(layer);
                assertThat(rows).hasNumberOfRows(found.get(b).encoding().length());
                for (int t = 0; t < rows.length; t++) {
                    int from = (b * MAX_LENGTH + t) * HIDDEN;
                    Fixtures.assertClose(
                            "layer %d of token %d of text %d".formatted(layer, t, b),
                            rows[t],
                            Arrays.copyOfRange(states, from, from + HIDDEN),
                            Fixtures.HIDDEN);
                }
            }
        }
        assertThat(found.getFirst().encoding().length()).isEqualTo(MAX_LENGTH);
        assertThat(found.get(1).tokens(-1)).isEqualTo(found.get(1).tokens(LAYERS));
    }

    @ParameterizedTest
    @MethodSource("backends")
    void attentionsAreTheReferences(Backend backend) throws IOException {
        List<Features> found =
                FeatureExtraction.load(model("sequence_classification"), backend)
                        .withAllLayers()
                        .withAttentions(true)
                        .extract(texts());
        Checkpoint reference = expected("base_with_pooler");
        for (int layer = 1; layer <= LAYERS; layer++) {
            double[] all = reference.doubles("outputs.attentions." + (layer - 1));
            for (int b = 0; b < found.size(); b++) {
                int tokens = found.get(b).encoding().length();
                double[] own = new double[HEADS * tokens * tokens];
                for (int i = 0; i < own.length; i++) {
                    int row = b * HEADS * MAX_LENGTH + i / (tokens * tokens) * MAX_LENGTH;
                    own[i] = all[(row + i / tokens % tokens) * MAX_LENGTH + i % tokens];
                }
                Fixtures.assertClose(
                        "attention " + layer,
                        found.get(b).attentions().get(layer),
                        own,
                        Fixtures.ATTENTION);
            }
        }
        assertThat(found.getFirst().attentions()).containsOnlyKeys(1, 2, 3);
    }

    /// The logits of the reference are the last linear layer of what is given here.
    @Test
    void theVectorsBeforeTheLogitsGiveTheReferencesLogits() throws IOException {
        Path directory = model("sequence_classification");
        Checkpoint weights = Checkpoint.open(directory);
        double[] matrix = weights.doubles("classifier.out_proj.weight"); // [K, C]
        double[] bias = weights.doubles("classifier.out_proj.bias");
        double[] logits = expected("sequence_classification").doubles("outputs.logits");
        List<Features> found =
                FeatureExtraction.load(directory, CpuBackends.scalar())
                        .withPooling(FeaturePooling.HEAD)
                        .extract(texts());
        for (int b = 0; b < found.size(); b++) {
            assertLogits(found.get(b).vector(), matrix, bias, logits, b * bias.length);
        }
    }

    @Test
    void aHeadOfTokensGivesAVectorForEach() throws IOException {
        Path directory = model("token_classification");
        Checkpoint weights = Checkpoint.open(directory);
        double[] matrix = weights.doubles("classifier.weight"); // [K, C]
        double[] bias = weights.doubles("classifier.bias");
        double[] logits = expected("token_classification").doubles("outputs.logits");
        FeatureExtraction extraction =
                FeatureExtraction.load(directory, CpuBackends.scalar())
                        .withMaxLength(24)
                        .withPooling(FeaturePooling.HEAD);
        assertThat(extraction.vectorsAreOfTokens()).isTrue();
        List<Features> found = extraction.extract(texts());
        for (int b = 0; b < found.size(); b++) {
            float[][] rows = found.get(b).headRows();
            for (int t = 0; t < rows.length; t++) {
                assertLogits(rows[t], matrix, bias, logits, (b * 24 + t) * bias.length);
            }
        }
    }

    private static void assertLogits(
            float[] vector, double[] matrix, double[] bias, double[] all, int from) {
        float[] logits = new float[bias.length];
        for (int k = 0; k < logits.length; k++) {
            double sum = bias[k];
            for (int c = 0; c < vector.length; c++) {
                sum += matrix[k * vector.length + c] * vector[c];
            }
            logits[k] = (float) sum;
        }
        Fixtures.assertClose(
                "logits",
                logits,
                Arrays.copyOfRange(all, from, from + logits.length),
                Fixtures.HIDDEN);
    }

    @Test
    void whatIsNotThereIsRefused() throws IOException {
        FeatureExtraction bare =
                FeatureExtraction.load(model("base_with_pooler"), CpuBackends.scalar());
        assertThatThrownBy(() -> bare.withPooling(FeaturePooling.HEAD))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("without a head");
        assertThatThrownBy(() -> bare.withLayers(0, 4))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no layer 4", "0 (the embeddings) to 3");
        assertThatThrownBy(() -> bare.withLayers(-5))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no layer -5");
    }

    @Test
    void theTextsBesideAndTheThreadsChangeNoBit() throws IOException {
        Assumptions.assumeTrue(
                CpuBackends.vectorObstacle().isEmpty(), "no Vector API on this machine");
        Path directory = model("sequence_classification");
        List<String> texts = new ArrayList<>(texts());
        for (int i = 0; i < 40; i++) {
            texts.add("Text " + i + " of many" + " and more".repeat(i % 7));
        }
        List<byte[]> files = new ArrayList<>();
        for (int threads = 1; threads <= 3; threads++) {
            try (Backend backend = CpuBackends.vector(threads)) {
                FeatureExtraction extraction =
                        FeatureExtraction.load(directory, backend)
                                .withAllLayers()
                                .withAttentions(true)
                                .withPooling(FeaturePooling.TOKENS);
                Path file = folder.resolve("threads-%d.npz".formatted(threads));
                FeatureFile.write(
                        file, extraction, texts.stream().map(Example::of).iterator(), one -> {});
                files.add(Files.readAllBytes(file));
                List<Features> together = extraction.extract(texts);
                for (int i = 0; i < texts.size(); i++) {
                    Features alone = extraction.extract(texts.get(i));
                    for (int layer = 0; layer <= LAYERS; layer++) {
                        assertThat(alone.tokens(layer))
                                .as("layer %d of text %d", layer, i)
                                .isDeepEqualTo(together.get(i).tokens(layer));
                    }
                }
            }
        }
        assertThat(files.get(1)).isEqualTo(files.get(0));
        assertThat(files.get(2)).isEqualTo(files.get(0));
    }

    @Test
    void aFileOfAnySizePassesThrough() throws IOException {
        FeatureExtraction extraction =
                FeatureExtraction.load(model("base_with_pooler"), CpuBackends.scalar());
        int[] open = {0, 0};
        var texts =
                Stream.iterate(0, i -> i + 1)
                        .limit(5000)
                        .peek(
                                i -> {
                                    open[0]++;
                                    open[1] = Math.max(open[0], open[1]);
                                })
                        .map(i -> Example.of("Text " + i))
                        .iterator();
        Path file = folder.resolve("many.npy");
        long written = FeatureFile.write(file, extraction, texts, one -> open[0]--);
        assertThat(written).isEqualTo(5000);
        assertThat(open[1]).as("texts held at a time").isLessThan(1100);
        assertThat(file).hasSize(128 + 5000L * HIDDEN * Float.BYTES);
    }
}
