package xlmr.model;

import java.util.ArrayList;
import java.util.List;
import xlmr.autograd.Ops;
import xlmr.backend.AttentionShape;
import xlmr.backend.Backend;
import xlmr.tensor.Shape;
import xlmr.tensor.Tensor;
import xlmr.tensor.TokenBatch;

/// Keys and values of the tokens that a causal model has read of one text, so that each new token
/// costs a pass over itself alone. Owned by one thread.
///
/// ```java
/// Tensor hidden = encoder.forward(ops, cache.next(ids), null, cache, LayerObserver.NONE);
/// ```
public final class KeyValueCache implements AttentionScope {
    private final Backend backend;
    private final XlmRobertaConfig config;
    private final List<Tensor> keys = new ArrayList<>();
    private final List<Tensor> values = new ArrayList<>();
    private int before;
    private int tokens;

    /// An empty cache for one text of up to `capacity` tokens.
    ///
    /// @throws IllegalArgumentException if the model looks in both directions, so that what a token
    ///   was would change with the next one; or if it has fewer positions
    public KeyValueCache(Backend backend, XlmRobertaConfig config, int capacity) {
        if (!config.isDecoder()) {
            throw new IllegalArgumentException(
                    "key-value cache: the model is not causal (is_decoder is false in its"
                            + " config.json)");
        }
        if (capacity < 1 || capacity > config.maxTokens()) {
            throw new IllegalArgumentException(
                    "key-value cache: expected 1 to %d tokens, as many as the model has positions, found %d"
                            .formatted(config.maxTokens(), capacity));
        }
        this.backend = backend;
        this.config = config;
        for (int layer = 0; layer < config.numHiddenLayers(); layer++) {
            keys.add(zeros(capacity, config.attentionSize(layer)));
            values.add(zeros(capacity, config.attentionSize(layer)));
        }
    }

    /// Tokens read so far.
    public int tokens() {
        return tokens;
    }

    /// The next tokens of the text, at the positions that follow: to be given to the encoder once,
    /// together with this cache.
    ///
    /// @throws IllegalArgumentException if there is no room for them
    public TokenBatch next(int... ids) {
        int capacity = keys.isEmpty() ? config.maxTokens() : keys.getFirst().size(0);
        if (ids.length == 0 || tokens + ids.length > capacity) {
            throw new IllegalArgumentException(
                    "key-value cache: %d more tokens after %d; expected at least one, and room for %d in all"
                            .formatted(ids.length, tokens, capacity));
        }
        before = tokens;
        tokens += ids.length;
        int[] positions = new int[ids.length];
        for (int t = 0; t < positions.length; t++) {
            positions[t] = config.padTokenId() + 1 + before + t;
        }
        return new TokenBatch(
                ids.clone(), new int[] {0, ids.length}, positions, new int[ids.length]);
    }

    @Override
    public AttentionShape shape() {
        return new AttentionShape(
                new int[] {0, tokens - before},
                new int[] {0, tokens},
                config.numAttentionHeads(),
                true);
    }

    @Override
    public Tensor keys(Ops ops, int layer, Tensor added) {
        return append(keys.get(layer), added); // [tokens, C]
    }

    @Override
    public Tensor values(Ops ops, int layer, Tensor added) {
        return append(values.get(layer), added); // [tokens, C]
    }

    /// Writes rows to their places, which hold zeros until then, and shows all that are there.
    private Tensor append(Tensor kept, Tensor added) {
        int[] places = new int[tokens - before];
        for (int t = 0; t < places.length; t++) {
            places[t] = before + t;
        }
        backend.scatterAddRows(added, places, kept);
        return new Tensor(Shape.of(tokens, kept.size(1)), kept.storage()); // [tokens, A]
    }

    private Tensor zeros(int rows, int columns) {
        Tensor zeros = backend.allocate(Shape.of(rows, columns)); // [capacity, A]
        backend.fill(zeros, 0);
        return zeros;
    }
}
