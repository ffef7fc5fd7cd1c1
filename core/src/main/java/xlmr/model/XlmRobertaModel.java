package xlmr.model;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import xlmr.autograd.Ops;
import xlmr.autograd.Parameter;
import xlmr.autograd.Replay;
import xlmr.autograd.Stretch;
import xlmr.nn.LayerNorm;
import xlmr.nn.Linear;
import xlmr.tensor.Tensor;
import xlmr.tensor.TokenBatch;

/// The encoder without a head (XLMRobertaModel; Conneau et al. 2020). A forward pass leaves no
/// trace in it, so one model serves many threads.
///
/// @param config the sizes
/// @param embeddings tokens to vectors
/// @param layers the L encoder layers
/// @param finalNorm of what the last layer gives, over C; null where the layers end in one
/// @param pooler only where a checkpoint has one and the caller asked for it
public record XlmRobertaModel(
        XlmRobertaConfig config,
        Embeddings embeddings,
        List<EncoderLayer> layers,
        @Nullable LayerNorm finalNorm,
        @Nullable Pooler pooler) {
    /// The hidden states of the last layer. `-> [N, C]`
    ///
    /// @throws IllegalArgumentException if a token or position has no row in its table
    public Tensor forward(Ops ops, TokenBatch tokens) {
        return forward(ops, tokens, null, LayerObserver.NONE);
    }

    /// As above; `observer` sees every layer's output and, if it wants, the attentions.
    ///
    /// @param vectors `[N, C]` in place of the word embeddings, or null
    public Tensor forward(
            Ops ops, TokenBatch tokens, @Nullable Tensor vectors, LayerObserver observer) {
        return forward(ops, tokens, vectors, scope(tokens), observer);
    }

    /// As above, with other keys to attend to than those of the batch's own tokens.
    public Tensor forward(
            Ops ops,
            TokenBatch tokens,
            @Nullable Tensor vectors,
            AttentionScope scope,
            LayerObserver observer) {
        Tensor hidden = ops.scope(() -> embeddings.forward(ops, tokens, vectors)); // [N, C]
        observer.hiddenStates(0, hidden);
        if (observer == LayerObserver.NONE && scope instanceof AttentionScope.SameTokens) {
            return Replay.of(
                    ops,
                    this,
                    scope.shape(),
                    hidden,
                    (context, input) -> encode(context, input, scope, observer)); // [N, C]
        }
        return encode(ops, hidden, scope, observer); // [N, C]
    }

    /// The layers, from what the embeddings give to the last hidden states. `[N, C] -> [N, C]`
    private Tensor encode(Ops ops, Tensor embedded, AttentionScope scope, LayerObserver observer) {
        Tensor hidden = embedded; // [N, C]
        for (int layer = 0; layer < layers.size(); layer++) {
            EncoderLayer current = layers.get(layer);
            int index = layer;
            hidden =
                    Stretch.of(
                            ops,
                            hidden,
                            (context, input) ->
                                    current.forward(
                                            context, input, scope, observer, index)); // [N, C]
            if (finalNorm != null && layer == layers.size() - 1) {
                hidden = finalNorm.forward(ops, hidden); // [N, C]
            }
            observer.hiddenStates(layer + 1, hidden);
        }
        return hidden;
    }

    /// The hidden states of every layer, the output of the embeddings first; they live as long as
    /// the results of other operations. `-> L + 1 of [N, C]`
    public List<Tensor> hiddenStates(Ops ops, TokenBatch tokens) {
        List<Tensor> states = new ArrayList<>();
        LayerObserver collector =
                new LayerObserver() {
                    @Override
                    public void hiddenStates(int layer, Tensor hidden) {
                        states.add(hidden); // [N, C]
                    }
                };
        forward(ops, tokens, null, collector);
        return states;
    }

    private AttentionScope scope(TokenBatch tokens) {
        return AttentionScope.of(tokens, config.numAttentionHeads(), config.isDecoder());
    }

    /// The same weights under another configuration of the same sizes.
    XlmRobertaModel withConfig(XlmRobertaConfig other) {
        return new XlmRobertaModel(other, embeddings, layers, finalNorm, pooler);
    }

    /// The same with each linear layer of the encoder replaced by what `change` makes of it.
    XlmRobertaModel withLinears(UnaryOperator<Linear> change) {
        return new XlmRobertaModel(
                config,
                embeddings,
                layers.stream().map(layer -> layer.withLinears(change)).toList(),
                finalNorm,
                pooler);
    }

    /// All weights, in the order of the reference.
    public List<Parameter> parameters() {
        List<Parameter> parameters = new ArrayList<>(embeddings.parameters());
        layers.forEach(layer -> parameters.addAll(layer.parameters()));
        if (finalNorm != null) {
            parameters.addAll(finalNorm.parameters());
        }
        if (pooler != null) {
            parameters.addAll(pooler.dense().parameters());
        }
        return List.copyOf(parameters);
    }
}
