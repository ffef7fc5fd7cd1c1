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
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import xlmr.backend.Backend;
import xlmr.backend.cpu.CpuBackends;
import xlmr.checkpoint.Checkpoint;
import xlmr.checkpoint.CheckpointException;
import xlmr.checkpoint.SafetensorsWriter;
import xlmr.model.LayerMix;
import xlmr.model.Pooling;
import xlmr.model.PoolingSettings;
import xlmr.model.XlmRobertaConfig;
import xlmr.pipeline.CrossEncoder;
import xlmr.pipeline.Embedding;
import xlmr.pipeline.PassageIndex;
import xlmr.pipeline.Reranker;
import xlmr.pipeline.SentenceEmbedder;
import xlmr.tensor.Shape;
import xlmr.tensor.Tensor;

/// Sentence embeddings and pair scores against sentence-transformers: numbers and directories that
/// tests/reference/embeddings.py made of the embedded model.
class EmbeddingsTest {
    private static final Path MODEL =
            Path.of(System.getProperty("xlmr.repository", ".."))
                    .resolve("cli/src/main/resources/xlmr/embedded/model");

    /// What float32 costs on vectors of length 1 and on scores.
    private static final double UNIT = 2e-6;

    private static final double SCORE = 1e-5;

    @TempDir private Path directory;

    static List<Backend> backends() {
        return Fixtures.backends();
    }

    private static JsonNode cases() throws IOException {
        return new ObjectMapper().readTree(Fixtures.path("embeddings/cases.json").toFile());
    }

    private static List<String> texts() throws IOException {
        List<String> texts = new ArrayList<>();
        cases().get("texts").forEach(text -> texts.add(text.asText()));
        return texts;
    }

    private static SentenceEmbedder embedder(Backend backend) throws IOException {
        return SentenceEmbedder.load(MODEL, backend)
                .withMaxLength(cases().get("max_length").asInt());
    }

    private static void check(String name, float[][] vectors, double limit) {
        Checkpoint expected = Checkpoint.open(Fixtures.path("embeddings/vectors.safetensors"));
        Fixtures.assertClose(name, joined(vectors), expected.doubles(name), limit);
    }

    private static float[] joined(float[][] rows) {
        float[] joined = new float[rows.length * rows[0].length];
        for (int i = 0; i < rows.length; i++) {
            System.arraycopy(rows[i], 0, joined, i * rows[0].length, rows[0].length);
        }
        return joined;
    }

    @ParameterizedTest
    @EnumSource(Pooling.class)
    void everyPoolingModeGivesTheReferencesVectors(Pooling pooling) throws IOException {
        for (Backend backend : backends()) {
            float[][] vectors = embedder(backend).withPooling(pooling).embed(texts());
            check(pooling.word(), vectors, Fixtures.HIDDEN);
        }
    }

    @ParameterizedTest
    @MethodSource("backends")
    void severalLayersGiveTheReferencesVectors(Backend backend) throws IOException {
        SentenceEmbedder mixed =
                embedder(backend).withLayers(LayerMix.parse("1,2:0.5,-1:2")); // weights 1, 0.5, 2
        check("layers_1_2_3_mean", mixed.embed(texts()), Fixtures.HIDDEN);
    }

    /// The settings as each release wrote them, beside the embedded model.
    @ParameterizedTest
    @ValueSource(strings = {"2.7.0", "3.4.1", "5.1.2", "6.2.0"})
    void directoriesOfEveryReleaseAreRead(String release) throws IOException {
        Path written = Fixtures.path("embeddings/written_by_" + release);
        copy(MODEL, directory);
        copy(written, directory);
        SentenceEmbedder embedder = SentenceEmbedder.load(directory, CpuBackends.scalar());
        assertThat(embedder.settingsAreStated()).isTrue();
        assertThat(embedder.maxLength()).isEqualTo(64);
        assertThat(embedder.prompt()).isEqualTo("query: ");
        check("max_normalized_query", embedder.embed(texts()), UNIT);
    }

    @Test
    void whatIsWrittenIsReadBack() throws IOException {
        copy(MODEL, directory);
        copy(Fixtures.path("embeddings/written_by_2.7.0"), directory);
        PoolingSettings settings = PoolingSettings.read(directory).orElseThrow();
        Path copy = directory.resolve("copy");
        Files.createDirectory(copy);
        Files.copy(directory.resolve("config.json"), copy.resolve("config.json"));
        settings.write(copy);
        assertThat(PoolingSettings.read(copy)).contains(settings);
        ObjectMapper json = new ObjectMapper();
        for (String name :
                List.of("modules.json", "1_Pooling/config.json", "sentence_bert_config.json")) {
            assertThat(json.readTree(copy.resolve(name).toFile()))
                    .as("%s as release 2.7.0 wrote it", name)
                    .isEqualTo(json.readTree(directory.resolve(name).toFile()));
        }
    }

    @Test
    void neitherBatchesNorThreadsChangeABit() throws IOException {
        Assumptions.assumeTrue(
                CpuBackends.vectorObstacle().isEmpty(), "no Vector API on this machine");
        List<String> texts = texts();
        try (Backend one = CpuBackends.vector(1);
                Backend three = CpuBackends.vector(3)) {
            SentenceEmbedder embedder = embedder(one).withNormalize(true);
            float[][] together = embedder.embed(texts);
            assertThat(embedder(three).withNormalize(true).embed(texts)).isDeepEqualTo(together);
            for (int i = 0; i < texts.size(); i++) {
                assertThat(embedder.embed(texts.get(i))).as(texts.get(i)).isEqualTo(together[i]);
            }
            List<float[]> streamed = new ArrayList<>();
            embedder.embedAll(texts.iterator(), embedding -> streamed.add(embedding.vector()));
            assertThat(streamed.toArray(float[][]::new)).isDeepEqualTo(together);
        }
    }

    @Test
    void aLongTextIsCutOrReadInWindows() throws IOException {
        SentenceEmbedder embedder = embedder(CpuBackends.scalar()).withMaxLength(16);
        String text = texts().get(50);
        Embedding cut = embedder.embedAll(List.of(text), done -> {}).getFirst();
        assertThat(cut.tokens()).isEqualTo(16);
        assertThat(cut.truncatedTokens()).isPositive();
        assertThat(cut.windows()).isEmpty();
        SentenceEmbedder windowed = embedder.withWindows(0);
        Embedding whole = windowed.embedAll(List.of(text), done -> {}).getFirst();
        assertThat(whole.truncatedTokens()).isZero();
        int windows = (cut.truncatedTokens() + 14 + 13) / 14;
        assertThat(whole.windows()).hasSize(windows);
        assertThat(whole.tokens()).isEqualTo(cut.truncatedTokens() + 14 + 2 * windows);
        assertThat(whole.windows().getFirst()).isEqualTo(cut.vector());
        int last = whole.tokens() - 16 * (windows - 1);
        for (int c = 0; c < 3; c++) {
            double sum = 0;
            for (int w = 0; w < windows; w++) {
                sum += (w < windows - 1 ? 16 : last) * (double) whole.windows().get(w)[c];
            }
            assertThat((double) whole.vector()[c]).isCloseTo(sum / whole.tokens(), within(1e-6));
        }
        assertThat(windowed.embed(texts().get(0)))
                .as("a text that fits is read in one piece")
                .isEqualTo(embedder.embed(texts().get(0)));
    }

    @Test
    void everyWindowBeginsWithThePrompt() throws IOException {
        SentenceEmbedder embedder =
                embedder(CpuBackends.scalar()).withMaxLength(16).withPrompt("query: ");
        String text = texts().get(50);
        Embedding cut = embedder.embedAll(List.of(text), done -> {}).getFirst();
        Embedding whole = embedder.withWindows(3).embedAll(List.of(text), done -> {}).getFirst();
        assertThat(whole.windows().getFirst()).isEqualTo(cut.vector());
        assertThat(whole.windows()).hasSizeGreaterThan(2);
    }

    @ParameterizedTest
    @MethodSource("backends")
    void aCrossEncoderGivesTheReferencesScores(Backend backend) throws IOException {
        crossEncoder(1);
        List<String> texts = texts();
        int limit = cases().get("max_length").asInt();
        String query = texts.get(cases().get("query").asInt());
        Reranker reranker = Reranker.load(directory, backend, limit);
        assertThat(reranker).isInstanceOf(CrossEncoder.class);
        assertThat(reranker.method()).contains("sigmoid");
        checkScores("scores", reranker.scores(query, texts, done -> {}));
        Files.writeString(
                directory.resolve(PoolingSettings.PROMPTS),
                "{\"activation_fn\": \"torch.nn.modules.linear.Identity\"}");
        checkScores(
                "logits",
                Reranker.load(directory, backend, limit).scores(query, texts, done -> {}));
    }

    private static void checkScores(String name, float[] scores) throws IOException {
        double[] expected = new double[scores.length];
        for (int i = 0; i < expected.length; i++) {
            expected[i] = cases().get(name).get(i).asDouble();
        }
        Fixtures.assertClose(name, scores, expected, SCORE);
    }

    @Test
    void aClassifierOfSeveralLabelsIsNoReranker() throws IOException {
        crossEncoder(3);
        org.assertj.core.api.Assertions.assertThatThrownBy(
                        () -> Reranker.load(directory, CpuBackends.scalar(), 0))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("classifier of 3 labels");
    }

    /// The embedded model with a head that is a formula.
    private void crossEncoder(int labels) throws IOException {
        copy(MODEL, directory);
        Checkpoint encoder = Checkpoint.open(MODEL);
        SafetensorsWriter writer = new SafetensorsWriter().metadata("format", "pt");
        for (String name : encoder.names()) {
            writer.add("roberta." + name, encoder.tensor(name));
        }
        addHead(writer, "dense.weight", 128, 128);
        addHead(writer, "dense.bias", 128);
        addHead(writer, "out_proj.weight", labels, 128);
        addHead(writer, "out_proj.bias", labels);
        writer.write(directory.resolve("model.safetensors"));
        XlmRobertaConfig.read(MODEL.resolve("config.json"))
                .withArchitecture("XLMRobertaForSequenceClassification")
                .withLabels(Stream.iterate(0, i -> i + 1).limit(labels).map(i -> "L" + i).toList())
                .write(directory.resolve("config.json"));
    }

    private static void addHead(SafetensorsWriter writer, String name, int... sizes) {
        float[] values = new float[Shape.of(sizes).elements()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (Math.sin(0.7 * i + name.length()) * 0.2);
        }
        writer.add("classifier." + name, Tensor.of(Shape.of(sizes), values));
    }

    @Test
    void realSentencesComeOutAsInTheReference() throws IOException {
        Path real = Fixtures.external("XLMR_REAL_MODEL");
        Path file =
                Path.of(System.getProperty("xlmr.repository", ".."))
                        .toAbsolutePath()
                        .resolveSibling("shared/realmodel/expected.json");
        Assumptions.assumeTrue(Files.exists(file), "../shared/realmodel/expected.json is missing");
        JsonNode expected = new ObjectMapper().readTree(file.toFile());
        Backend backend = backends().getLast();
        SentenceEmbedder embedder = SentenceEmbedder.load(real, backend).withNormalize(true);
        List<String> texts = new ArrayList<>();
        expected.get("sentences").forEach(sentence -> texts.add(sentence.get("text").asText()));
        float[][] vectors = embedder.embed(texts);
        for (int i = 0; i < vectors.length; i++) {
            JsonNode first = expected.get("sentences").get(i).get("pooled8");
            for (int c = 0; c < first.size(); c++) {
                assertThat((double) vectors[i][c])
                        .as("%s [%d]", texts.get(i), c)
                        .isCloseTo(first.get(c).asDouble(), within(UNIT));
            }
        }
        JsonNode cosines = expected.get("cosine");
        PassageIndex index = new PassageIndex(backend, embedder.dimension());
        for (int i = 0; i < cosines.size(); i++) {
            index.add(vectors[i]);
        }
        List<List<PassageIndex.Hit>> nearest = index.nearest(vectors, cosines.size());
        for (int i = 0; i < cosines.size(); i++) {
            for (PassageIndex.Hit hit : nearest.get(i)) {
                assertThat((double) hit.cosine())
                        .isCloseTo(cosines.get(i).get(hit.passage()).asDouble(), within(1e-5));
            }
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path target = to.resolve(from.relativize(file).toString());
                Files.createDirectories(target.getParent());
                Files.copy(file, target, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
            }
        }
    }
}
