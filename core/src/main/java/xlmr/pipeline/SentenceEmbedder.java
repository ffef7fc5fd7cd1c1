package xlmr.pipeline;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import xlmr.autograd.Ops;
import xlmr.autograd.Workspace;
import xlmr.backend.Backend;
import xlmr.checkpoint.LoadReport;
import xlmr.data.EncodedExamples;
import xlmr.data.TokenBudget;
import xlmr.model.LayerMix;
import xlmr.model.LoadedModel;
import xlmr.model.ModelLoader;
import xlmr.model.Pooling;
import xlmr.model.PoolingSettings;
import xlmr.model.SentenceEncoder;
import xlmr.model.TextLimit;
import xlmr.model.UnitLength;
import xlmr.model.XlmRobertaConfig;
import xlmr.model.XlmRobertaModel;
import xlmr.tensor.Tensor;
import xlmr.tensor.TokenBatch;
import xlmr.tokenizer.XlmRobertaTokenizer;

/// Texts to vectors: sentences of like meaning, in whatever language, come out close to each other
/// if the model was trained for it.
///
/// ```java
/// try (Backend backend = Backends.create(2).backend()) {
///     SentenceEmbedder embedder = SentenceEmbedder.load(Path.of("multilingual-e5-small"), backend);
///     float[][] vectors = embedder.withPrompt("query: ").embed(List.of("Wie spät ist es?"));
/// }
/// ```
///
/// Immutable; one embedder serves many threads, and those that `with...` makes share its model.
public final class SentenceEmbedder {
    /// Tokens of a batch, and texts that are held at a time where they come as a stream.
    private static final int BATCH_TOKENS = 2048;

    private static final int CHUNK = 2048;

    /// What embedders with different settings share.
    private record Shared(
            Backend backend,
            XlmRobertaModel model,
            XlmRobertaTokenizer tokenizer,
            LoadReport report,
            boolean stated,
            Queue<Workspace> idle) {}

    private final Shared shared;
    private final PoolingSettings settings;
    private final LayerMix layers;
    private final WindowedTexts.Reading reading;
    private final SentenceEncoder encoder;

    private SentenceEmbedder(
            Shared shared,
            PoolingSettings settings,
            LayerMix layers,
            WindowedTexts.Reading reading) {
        this.shared = shared;
        this.settings = settings;
        this.layers = layers;
        this.reading = reading;
        this.encoder = new SentenceEncoder(shared.model(), layers, settings.pooling());
    }

    /// Opens a model directory. One of sentence-transformers says itself how it pools, whether it
    /// normalizes, and which prompt goes in front by default; for any other it is the mean over all
    /// tokens, not normalized, as that library does.
    public static SentenceEmbedder load(Path directory, Backend backend) {
        Optional<PoolingSettings> stated = PoolingSettings.read(directory);
        Path encoder = PoolingSettings.encoderDirectory(directory);
        CompletableFuture<XlmRobertaTokenizer> tokenizer =
                CompletableFuture.supplyAsync(() -> XlmRobertaTokenizer.load(encoder));
        LoadedModel<XlmRobertaModel> loaded = ModelLoader.encoder(encoder, ModelLoader.FROZEN);
        PoolingSettings settings = stated.orElseGet(() -> PoolingSettings.of(Pooling.MEAN, false));
        new SentenceEncoder(loaded.model(), LayerMix.LAST, settings.pooling())
                .linearWeights()
                .forEach(weight -> backend.prepare(weight.value()));
        try {
            Shared shared =
                    new Shared(
                            backend,
                            loaded.model(),
                            tokenizer.join(),
                            loaded.report(),
                            stated.isPresent(),
                            new ConcurrentLinkedQueue<>());
            int limit = TextLimit.read(encoder).orElse(Integer.MAX_VALUE);
            int most = Math.min(limit, loaded.model().config().maxTokens());
            String name = settings.defaultPrompt();
            String prompt = name == null ? "" : prompt(settings, name);
            var reading = new WindowedTexts.Reading(prompt, most, false, 0);
            return new SentenceEmbedder(shared, settings, LayerMix.LAST, reading);
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        }
    }

    /// The same with another way to pool.
    public SentenceEmbedder withPooling(Pooling pooling) {
        return new SentenceEmbedder(shared, settings.withPooling(pooling), layers, reading);
    }

    /// The same with or without scaling to length 1.
    public SentenceEmbedder withNormalize(boolean normalize) {
        return new SentenceEmbedder(shared, settings.withNormalize(normalize), layers, reading);
    }

    /// The same on other layers than the last.
    public SentenceEmbedder withLayers(LayerMix mix) {
        return new SentenceEmbedder(shared, settings, mix, reading);
    }

    /// The same with this text in front of each; empty for none.
    public SentenceEmbedder withPrompt(String prompt) {
        return with(
                new WindowedTexts.Reading(
                        prompt, reading.maxLength(), reading.windows(), reading.overlap()));
    }

    /// The same with the prompt that the model's settings have under a name.
    ///
    /// @throws IllegalArgumentException if they have none of this name
    public SentenceEmbedder withPromptNamed(String name) {
        return withPrompt(prompt(settings, name));
    }

    /// The same, cutting texts at no more than so many tokens, `<s>` and `</s>` included; more than
    /// the model has positions is as many as it has.
    public SentenceEmbedder withMaxLength(int maxLength) {
        if (maxLength < 1) {
            throw new IllegalArgumentException(
                    "maximum length: expected at least 1, found " + maxLength);
        }
        int most = Math.min(maxLength, config().maxTokens());
        return with(
                new WindowedTexts.Reading(
                        reading.prompt(), most, reading.windows(), reading.overlap()));
    }

    /// The same, reading long texts in windows instead of cutting them: the vector is then the mean
    /// of the windows' vectors, weighted by their tokens.
    ///
    /// @param overlap tokens that a window repeats of the one before it
    public SentenceEmbedder withWindows(int overlap) {
        return with(
                new WindowedTexts.Reading(reading.prompt(), reading.maxLength(), true, overlap));
    }

    private SentenceEmbedder with(WindowedTexts.Reading other) {
        return new SentenceEmbedder(shared, settings, layers, other);
    }

    private static String prompt(PoolingSettings settings, String name) {
        String prompt = settings.prompts().get(name);
        if (prompt == null) {
            throw new IllegalArgumentException(
                    settings.prompts().isEmpty()
                            ? "prompt \"%s\": the model's directory names no prompts; give the text itself"
                                    .formatted(name)
                            : "prompt \"%s\": the model has %s"
                                    .formatted(
                                            name, String.join(", ", settings.prompts().keySet())));
        }
        return prompt;
    }

    /// The vector of one text. `[C]`
    public float[] embed(String text) {
        return embed(List.of(text))[0];
    }

    /// The vectors of many texts, in their order. `[M][C]`
    public float[][] embed(List<String> texts) {
        return embedAll(texts, done -> {}).stream().map(Embedding::vector).toArray(float[][]::new);
    }

    /// The vectors of many texts, in their order, with what became of each text.
    ///
    /// @param progress is told the number of windows done, of as many as there are texts unless
    ///   some have several
    public List<Embedding> embedAll(List<String> texts, IntConsumer progress) {
        WindowedTexts windowed =
                WindowedTexts.of(texts, shared.tokenizer(), reading, shared.backend().threads());
        float[][] vectors = run(windowed.sequences(), progress); // [windows][C]
        List<Embedding> embeddings = new ArrayList<>(texts.size());
        for (int i = 0; i < texts.size(); i++) {
            int first = windowed.firsts()[i];
            int last = windowed.firsts()[i + 1];
            float[] vector = vectors[first];
            List<float[]> windows = List.of();
            if (last - first > 1) {
                windows = Arrays.asList(vectors).subList(first, last);
                vector = mean(windows, windowed.sequences().subList(first, last));
            }
            embeddings.add(
                    new Embedding(vector, windowed.tokens(i), windowed.truncated()[i], windows));
        }
        return embeddings;
    }

    /// The vectors of texts as they come, in their order: a file of any size can pass through.
    public void embedAll(Iterator<String> texts, Consumer<Embedding> sink) {
        List<String> chunk = new ArrayList<>();
        while (texts.hasNext()) {
            chunk.add(texts.next());
            if (chunk.size() == CHUNK || !texts.hasNext()) {
                embedAll(chunk, done -> {}).forEach(sink);
                chunk.clear();
            }
        }
    }

    private float[][] run(List<int[]> sequences, IntConsumer progress) {
        Workspace taken = shared.idle().poll();
        Workspace workspace = taken == null ? new Workspace(shared.backend()) : taken;
        EncodedExamples examples = new EncodedExamples(sequences, null);
        float[][] vectors = new float[examples.size()][];
        int done = 0;
        for (int[] rows : TokenBudget.batches(examples.lengths(), BATCH_TOKENS)) {
            TokenBatch tokens = examples.batch(rows, config().padTokenId());
            Tensor pooled =
                    encoder.forward(Ops.inference(shared.backend(), workspace), tokens); // [B, C]
            float[] values = pooled.toArray();
            int columns = pooled.size(1);
            for (int b = 0; b < rows.length; b++) {
                float[] vector = Arrays.copyOfRange(values, b * columns, (b + 1) * columns);
                vectors[rows[b]] = settings.normalize() ? UnitLength.of(vector) : vector;
            }
            workspace.reset();
            done += rows.length;
            progress.accept(done);
        }
        shared.idle().add(workspace);
        return vectors;
    }

    /// The mean of the windows' vectors, each weighted by its tokens.
    private float[] mean(List<float[]> windows, List<int[]> sequences) {
        double[] sums = new double[dimension()];
        double tokens = 0;
        for (int w = 0; w < windows.size(); w++) {
            int length = sequences.get(w).length;
            for (int c = 0; c < sums.length; c++) {
                sums[c] += (double) length * windows.get(w)[c];
            }
            tokens += length;
        }
        float[] mean = new float[sums.length];
        for (int c = 0; c < mean.length; c++) {
            mean[c] = (float) (sums[c] / tokens);
        }
        return settings.normalize() ? UnitLength.of(mean) : mean;
    }

    /// C, the number of a vector's components.
    public int dimension() {
        return config().hiddenSize();
    }

    /// Tokens at which a text is cut, or of a window.
    public int maxLength() {
        return reading.maxLength();
    }

    /// What goes in front of each text; empty for nothing.
    public String prompt() {
        return reading.prompt();
    }

    /// How it pools and normalizes, and the prompts that it has by name.
    public PoolingSettings settings() {
        return settings;
    }

    /// Whether the directory states these settings; if not they were assumed.
    public boolean settingsAreStated() {
        return shared.stated();
    }

    /// The model's configuration.
    public XlmRobertaConfig config() {
        return shared.model().config();
    }

    /// What became of the checkpoint's arrays.
    public LoadReport report() {
        return shared.report();
    }
}
