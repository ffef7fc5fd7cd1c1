package xlmr.pipeline;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import xlmr.autograd.Ops;
import xlmr.autograd.Workspace;
import xlmr.backend.Backend;
import xlmr.data.Example;
import xlmr.data.TokenBudget;
import xlmr.model.LoadedModel;
import xlmr.model.ModelLoader;
import xlmr.model.PoolingSettings;
import xlmr.model.Task;
import xlmr.model.TaskModel;
import xlmr.model.TextLimit;
import xlmr.model.XlmRobertaConfig;
import xlmr.model.XlmRobertaModel;
import xlmr.tokenizer.Encoding;
import xlmr.tokenizer.XlmRobertaTokenizer;

/// The outputs of any layer, as vectors to work with: hidden states, the vectors right before the
/// logits, attentions.
///
/// ```java
/// try (Backend backend = Backends.create(2).backend()) {
///     FeatureExtraction extraction = FeatureExtraction.load(Path.of("my-model"), backend)
///             .withLayers(0, 6, -1)
///             .withPooling(FeaturePooling.MEAN);
///     float[] middle = extraction.extract("Wie spät ist es?").vector(6);
/// }
/// ```
///
/// At first it gives the hidden state of `<s>` of the last layer, which is what the default head of
/// sequence classification reads. Immutable; one extraction serves many threads, and those that
/// `with...` makes share its model. Each text is computed by itself, so its features do not depend
/// on the texts beside it.
public final class FeatureExtraction {
    /// Tokens of a batch.
    private static final int BATCH_TOKENS = 2048;

    /// Texts that are read at a time, and numbers of their features that are held at a time.
    private static final int CHUNK = 1024;

    private static final long HELD = 1 << 24;

    /// What extractions with different settings share.
    private record Shared(
            Backend backend,
            Path directory,
            XlmRobertaModel encoder,
            @Nullable TaskModel model,
            boolean headIsTrained,
            XlmRobertaTokenizer tokenizer,
            Queue<Workspace> idle) {}

    private final Shared shared;
    private final FeatureRequest request;
    private final int maxLength;

    private FeatureExtraction(Shared shared, FeatureRequest request, int maxLength) {
        this.shared = shared;
        this.request = request;
        this.maxLength = maxLength;
    }

    /// Opens a model directory: that of any task, a bare encoder, or one of sentence-transformers.
    public static FeatureExtraction load(Path directory, Backend backend) {
        Path files = PoolingSettings.encoderDirectory(directory);
        CompletableFuture<XlmRobertaTokenizer> tokenizer =
                CompletableFuture.supplyAsync(() -> XlmRobertaTokenizer.load(files));
        XlmRobertaConfig config = XlmRobertaConfig.read(files.resolve("config.json"));
        XlmRobertaModel encoder;
        TaskModel model = null;
        boolean trained = false;
        if (Task.of(config).isPresent()) {
            LoadedModel<TaskModel> loaded = ModelLoader.task(files, ModelLoader.FROZEN);
            loaded.model().linearWeights().forEach(weight -> backend.prepare(weight.value()));
            model = loaded.model();
            encoder = model.encoder();
            trained = loaded.report().isComplete();
        } else {
            encoder = ModelLoader.encoder(files, ModelLoader.FROZEN).model();
        }
        try {
            Shared shared =
                    new Shared(
                            backend,
                            directory,
                            encoder,
                            model,
                            trained,
                            tokenizer.join(),
                            new ConcurrentLinkedQueue<>());
            int most =
                    Math.min(TextLimit.read(files).orElse(Integer.MAX_VALUE), config.maxTokens());
            Set<Integer> last = Set.of(encoder.layers().size());
            return new FeatureExtraction(
                    shared, new FeatureRequest(last, FeaturePooling.CLS, false), most);
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        }
    }

    /// The same with the hidden states of other layers.
    ///
    /// @param layers 0 for the embeddings, 1 to L for the encoder's layers; or from the end, -1 the
    ///   last
    /// @throws IllegalArgumentException if the model has no such layer
    public FeatureExtraction withLayers(int... layers) {
        int last = lastLayer();
        Set<Integer> counted = new TreeSet<>();
        for (int layer : layers) {
            int from0 = layer < 0 ? last + 1 + layer : layer;
            if (from0 < 0 || from0 > last) {
                throw new IllegalArgumentException(
                        "layers: no layer %d; expected 0 (the embeddings) to %d, or -1 for the last"
                                .formatted(layer, last));
            }
            counted.add(from0);
        }
        if (counted.isEmpty()) {
            throw new IllegalArgumentException("layers: expected at least one");
        }
        return with(new FeatureRequest(counted, request.pooling(), request.attentions()));
    }

    /// The same with the hidden states of every layer, the embeddings included.
    public FeatureExtraction withAllLayers() {
        int[] all = new int[lastLayer() + 1];
        Arrays.setAll(all, layer -> layer);
        return withLayers(all);
    }

    /// The same with other vectors of each text. [FeaturePooling#HEAD] gives the head's vectors and
    /// no hidden states; layers then say whose attentions are given, if any.
    ///
    /// @throws IllegalArgumentException if the head is asked for and the model has none that was
    ///   trained
    public FeatureExtraction withPooling(FeaturePooling pooling) {
        if (pooling == FeaturePooling.HEAD) {
            requireHead();
        }
        return with(new FeatureRequest(request.layers(), pooling, request.attentions()));
    }

    private void requireHead() {
        if (shared.model() == null) {
            throw new IllegalArgumentException(
                    ("pool head: %s is an encoder without a head; cls of the last layer is what a"
                                    + " classification head would read, and fine-tuning gives it one")
                            .formatted(shared.directory()));
        }
        if (!shared.headIsTrained()) {
            throw new IllegalArgumentException(
                    ("pool head: %s has a head that was never trained, so its vectors would be"
                                    + " random; fine-tune it first, or take cls of the last layer")
                            .formatted(shared.directory()));
        }
    }

    /// The same with or without the attention probabilities inside the layers that are asked for.
    public FeatureExtraction withAttentions(boolean attentions) {
        return with(new FeatureRequest(request.layers(), request.pooling(), attentions));
    }

    /// The same, cutting texts at no more than so many tokens, `<s>` and `</s>` included; more than
    /// the model has positions is as many as it has.
    public FeatureExtraction withMaxLength(int tokens) {
        if (tokens < 1) {
            throw new IllegalArgumentException(
                    "maximum length: expected at least 1, found " + tokens);
        }
        return new FeatureExtraction(shared, request, Math.min(tokens, config().maxTokens()));
    }

    private FeatureExtraction with(FeatureRequest other) {
        return new FeatureExtraction(shared, other, maxLength);
    }

    /// The features of one text.
    public Features extract(String text) {
        return extract(List.of(text)).getFirst();
    }

    /// The features of several texts, in their order.
    public List<Features> extract(List<String> texts) {
        List<Features> all = new ArrayList<>(texts.size());
        extract(texts.stream().map(Example::of).iterator(), one -> all.add(one.features()));
        return all;
    }

    /// A text or pair and its features.
    public record Extracted(Example example, Features features) {}

    /// The features of texts, or pairs of texts, as they come, in their order: a file of any size
    /// can pass through.
    public void extract(Iterator<Example> texts, Consumer<Extracted> sink) {
        List<Example> chunk = new ArrayList<>();
        while (texts.hasNext()) {
            chunk.add(texts.next());
            if (chunk.size() == CHUNK || !texts.hasNext()) {
                extractChunk(chunk, sink);
                chunk.clear();
            }
        }
    }

    private void extractChunk(List<Example> texts, Consumer<Extracted> sink) {
        List<Encoding> encodings =
                new TextEncoder(shared.tokenizer(), maxLength, shared.backend().threads())
                        .encode(texts);
        int from = 0;
        while (from < texts.size()) {
            int to = from;
            long held = 0;
            while (to < texts.size() && held < HELD) {
                held += numbers(encodings.get(to++).length());
            }
            Features[] features = run(encodings.subList(from, to));
            for (int i = from; i < to; i++) {
                sink.accept(new Extracted(texts.get(i), features[i - from]));
            }
            from = to;
        }
    }

    private long numbers(int tokens) {
        return request.numbers(tokens, config().hiddenSize(), config().numAttentionHeads());
    }

    private Features[] run(List<Encoding> texts) {
        Workspace taken = shared.idle().poll();
        Workspace workspace = taken == null ? new Workspace(shared.backend()) : taken;
        boolean reads = request.pooling() == FeaturePooling.HEAD;
        XlmRobertaModel encoder = reads ? shared.encoder() : upToHighestLayer();
        Features[] features = new Features[texts.size()];
        int[] lengths = texts.stream().mapToInt(Encoding::length).toArray();
        for (int[] rows : TokenBudget.batches(lengths, BATCH_TOKENS)) {
            List<Encoding> batch = Arrays.stream(rows).mapToObj(texts::get).toList();
            List<Features> some =
                    FeaturePass.run(
                            Ops.inference(shared.backend(), workspace),
                            encoder,
                            reads ? shared.model() : null,
                            batch,
                            request);
            for (int b = 0; b < rows.length; b++) {
                features[rows[b]] = some.get(b);
            }
            workspace.reset();
        }
        shared.idle().add(workspace);
        return features;
    }

    /// The layers above the highest that is asked for need not be computed.
    private XlmRobertaModel upToHighestLayer() {
        XlmRobertaModel all = shared.encoder();
        int highest = request.layers().stream().mapToInt(layer -> layer).max().orElseThrow();
        if (highest == lastLayer()) {
            return all;
        }
        return new XlmRobertaModel(
                all.config(), all.embeddings(), all.layers().subList(0, highest), null, null);
    }

    /// L, the number of the last layer.
    public int lastLayer() {
        return shared.encoder().layers().size();
    }

    /// The layers that are asked for, counted from 0.
    public Set<Integer> layers() {
        return request.layers();
    }

    /// Which vectors are asked for.
    public FeaturePooling pooling() {
        return request.pooling();
    }

    /// Whether attentions are asked for.
    public boolean attentions() {
        return request.attentions();
    }

    /// Whether there is a vector for each token, not one for each text.
    public boolean vectorsAreOfTokens() {
        TaskModel model = shared.model();
        return request.perToken(model == null ? null : model.head());
    }

    /// The numbers of a vector: C, of the head D.
    public int columns() {
        return request.pooling() == FeaturePooling.HEAD
                ? extract("").headColumns()
                : config().hiddenSize();
    }

    /// Tokens at which a text is cut.
    public int maxLength() {
        return maxLength;
    }

    /// The model's configuration.
    public XlmRobertaConfig config() {
        return shared.encoder().config();
    }
}
