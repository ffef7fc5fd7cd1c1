package xlmr.model;

import java.util.ArrayList;
import java.util.List;
import xlmr.autograd.Ops;
import xlmr.autograd.Parameter;
import xlmr.backend.AttentionShape;
import xlmr.nn.Linear;
import xlmr.tensor.Tensor;

/// Multi-head self-attention without its output projection (XLMRobertaSelfAttention).
///
/// @param query `[A, C]`, with A the heads' widths together: C, unless heads were taken out
/// @param key `[A, C]`
/// @param value `[A, C]`
/// @param heads of this layer
/// @param dropout of the probabilities
public record SelfAttention(Linear query, Linear key, Linear value, int heads, float dropout) {
    /// `[N, C] -> [N, A]`
    Tensor forward(
            Ops ops, Tensor hidden, AttentionScope scope, LayerObserver observer, int layer) {
        AttentionShape shape = scope.shape().withHeads(heads);
        Tensor q = query.forward(ops, hidden); // [N, A]
        Tensor k = scope.keys(ops, layer, key.forward(ops, hidden)); // [M, A]
        if (observer.wantsAttentions()) {
            observer.attentions(layer, ops.attentionProbabilities(q, k, shape), shape);
        }
        Tensor v = scope.values(ops, layer, value.forward(ops, hidden)); // [M, A]
        return ops.attention(q, k, v, shape, dropout); // [N, A]
    }

    List<Parameter> parameters() {
        List<Parameter> parameters = new ArrayList<>(query.parameters());
        parameters.addAll(key.parameters());
        parameters.addAll(value.parameters());
        return parameters;
    }
}
