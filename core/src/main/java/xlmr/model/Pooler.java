package xlmr.model;

import xlmr.autograd.Ops;
import xlmr.backend.Activation;
import xlmr.nn.Linear;
import xlmr.tensor.Tensor;
import xlmr.tensor.TokenBatch;

/// A dense layer and tanh over each `<s>` (XLMRobertaPooler). Sequence classification does not use
/// it.
///
/// @param dense `[C, C]`
public record Pooler(Linear dense) {
    /// `[N, C] -> [B, C]`
    public Tensor forward(Ops ops, Tensor hidden, TokenBatch tokens) {
        Tensor first = ops.selectRows(hidden, tokens.firstTokens()); // [B, C]
        return dense.activated(ops, first, Activation.TANH); // [B, C]
    }
}
