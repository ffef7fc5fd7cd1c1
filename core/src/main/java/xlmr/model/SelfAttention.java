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
/// @param query `[C, C]`
/// @param key `[C, C]`
/// @param value `[C, C]`
/// @param dropout of the probabilities
public record SelfAttention(Linear query, Linear key, Linear value, float dropout) {
    /// `[N, C] -> [N, C]`
    Tensor forward(
            Ops ops, Tensor hidden, AttentionScope scope, LayerObserver observer, int layer) {
        AttentionShape shape = scope.shape();
        Tensor q = query.forward(ops, hidden); // [N, C]
        Tensor k = scope.keys(ops, layer, key.forward(ops, hidden)); // [M, C]
        if (observer.wantsAttentions()) {
            observer.attentions(layer, ops.attentionProbabilities(q, k, shape), shape);
        }
        Tensor v = scope.values(ops, layer, value.forward(ops, hidden)); // [M, C]
        return ops.attention(q, k, v, shape, dropout); // [N, C]
    }

    List<Parameter> parameters() {
        List<Parameter> parameters = new ArrayList<>(query.parameters());
        parameters.addAll(key.parameters());
        parameters.addAll(value.parameters());
        return parameters;
    }
}
