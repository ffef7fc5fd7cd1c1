package xlmr.pipeline;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import xlmr.autograd.Ops;
import xlmr.backend.AttentionShape;
import xlmr.model.Head;
import xlmr.model.LayerObserver;
import xlmr.model.Pooling;
import xlmr.model.TaskModel;
import xlmr.model.XlmRobertaConfig;
import xlmr.model.XlmRobertaModel;
import xlmr.tensor.Tensor;
import xlmr.tensor.TokenBatch;
import xlmr.tokenizer.Encoding;

/// One batch through the encoder, with what was asked for copied out on the way.
final class FeaturePass implements LayerObserver {
    private final Ops ops;
    private final TokenBatch tokens;
    private final FeatureRequest request;
    private final SortedMap<Integer, float[][]> layers = new TreeMap<>();
    private final SortedMap<Integer, float[][]> attentions = new TreeMap<>();
    private float @Nullable [][] head;
    private int headColumns;

    private FeaturePass(Ops ops, TokenBatch tokens, FeatureRequest request) {
        this.ops = ops;
        this.tokens = tokens;
        this.request = request;
    }

    /// Features of each sequence.
    ///
    /// @param encoder that computes no more layers than are asked for
    /// @param model with the head, or null where the head is not asked for
    static List<Features> run(
            Ops ops,
            XlmRobertaModel encoder,
            @Nullable TaskModel model,
            List<Encoding> texts,
            FeatureRequest request) {
        int padId = encoder.config().padTokenId();
        TokenBatch tokens = TokenBatch.of(texts.stream().map(Encoding::ids).toList(), padId);
        FeaturePass pass = new FeaturePass(ops, tokens, request);
        if (model == null || request.attentions()) {
            encoder.forward(ops, tokens, null, pass); // [N, C]
        }
        if (model != null) {
            pass.readHead(model);
        }
        boolean perToken = request.perToken(model == null ? null : model.head());
        return pass.features(texts, encoder.config(), perToken);
    }

    private void readHead(TaskModel model) {
        Head read = model.head();
        int[] starts = read.rowStarts(tokens);
        Tensor selected = model.features(ops, tokens); // [R, D]
        Tensor input = read.lastLinearInput(ops, selected, starts); // [R', D]
        head = parts(input, read.resultStarts(starts));
        headColumns = input.size(1);
    }

    @Override
    public void hiddenStates(int layer, Tensor hiddenStates) {
        if (request.pooling() != FeaturePooling.HEAD && request.layers().contains(layer)) {
            layers.put(layer, read(hiddenStates));
        }
    }

    @Override
    public boolean wantsAttentions() {
        return request.attentions();
    }

    @Override
    public void attentions(int layer, Tensor probabilities, AttentionShape shape) {
        if (!request.attentionLayers().contains(layer + 1)) {
            return;
        }
        float[] values = probabilities.toArray();
        float[][] texts = new float[tokens.sequences()][];
        int from = 0;
        for (int b = 0; b < texts.length; b++) {
            int to = from + shape.heads() * shape.queries(b) * shape.keys(b);
            texts[b] = Arrays.copyOfRange(values, from, to);
            from = to;
        }
        attentions.put(layer + 1, texts);
    }

    private float[][] read(Tensor hidden) {
        int[] one = IntStream.rangeClosed(0, tokens.sequences()).toArray();
        return switch (request.pooling()) {
            case TOKENS, HEAD -> parts(hidden, tokens.starts());
            case CLS -> parts(Pooling.CLS.pool(ops, hidden, tokens), one);
            case MEAN -> parts(Pooling.MEAN.pool(ops, hidden, tokens), one);
            case MAX -> parts(Pooling.MAX.pool(ops, hidden, tokens), one);
        };
    }

    /// The rows of each sequence.
    private static float[][] parts(Tensor rows, int[] starts) {
        float[] values = rows.toArray();
        int columns = rows.size(1);
        float[][] parts = new float[starts.length - 1][];
        for (int b = 0; b < parts.length; b++) {
            parts[b] = Arrays.copyOfRange(values, starts[b] * columns, starts[b + 1] * columns);
        }
        return parts;
    }

    private List<Features> features(
            List<Encoding> texts, XlmRobertaConfig config, boolean perToken) {
        List<Features> features = new ArrayList<>(texts.size());
        for (int b = 0; b < texts.size(); b++) {
            features.add(
                    new Features(
                            texts.get(b),
                            config.numHiddenLayers(),
                            config.hiddenSize(),
                            of(layers, b),
                            head == null ? null : head[b],
                            headColumns,
                            perToken,
                            of(attentions, b)));
        }
        return features;
    }

    private static SortedMap<Integer, float[]> of(SortedMap<Integer, float[][]> all, int text) {
        SortedMap<Integer, float[]> one = new TreeMap<>();
        all.forEach((layer, texts) -> one.put(layer, texts[text]));
        return one;
    }
}
