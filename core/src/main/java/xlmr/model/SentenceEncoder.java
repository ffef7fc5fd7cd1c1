package xlmr.model;

import java.util.List;
import java.util.Set;
import xlmr.autograd.Ops;
import xlmr.autograd.Parameter;
import xlmr.tensor.Tensor;
import xlmr.tensor.TokenBatch;

/// An encoder whose hidden states become one vector a sentence.
///
/// @param encoder the base model
/// @param layers whose hidden states are read
/// @param pooling of the tokens of a sentence
public record SentenceEncoder(XlmRobertaModel encoder, LayerMix layers, Pooling pooling) {
    /// Checks that the model has the layers.
    public SentenceEncoder {
        layers.shares(encoder.layers().size());
    }

    /// One vector for each sequence, not normalized. `-> [B, C]`
    ///
    /// Gradients flow through the last layer alone: a mix of layers is for inference.
    public Tensor forward(Ops ops, TokenBatch tokens) {
        return ops.scope(() -> pooling.pool(ops, hidden(ops, tokens), tokens)); // [B, C]
    }

    /// The hidden states that are pooled. `-> [N, C]`
    private Tensor hidden(Ops ops, TokenBatch tokens) {
        if (layers.equals(LayerMix.LAST)) {
            return encoder.forward(ops, tokens); // [N, C]
        }
        double[] shares = layers.shares(encoder.layers().size());
        Tensor mixed = ops.zeros(tokens.tokens(), encoder.config().hiddenSize()); // [N, C]
        LayerObserver adding =
                new LayerObserver() {
                    @Override
                    public void hiddenStates(int layer, Tensor hiddenStates) {
                        if (shares[layer] != 0) {
                            ops.backend().addScaled(hiddenStates, (float) shares[layer], mixed);
                        }
                    }
                };
        encoder.forward(ops, tokens, null, adding); // [N, C]
        return mixed;
    }

    /// The matrices of all linear layers: what a backend can prepare before the first text comes.
    public List<Parameter> linearWeights() {
        Set<Parameter> tables = Set.copyOf(encoder.embeddings().parameters());
        return encoder.parameters().stream()
                .filter(parameter -> parameter.shape().rank() == 2 && !tables.contains(parameter))
                .toList();
    }
}
