package xlmr.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import xlmr.autograd.Ops;
import xlmr.autograd.Parameter;
import xlmr.tensor.Tensor;
import xlmr.tensor.TokenBatch;

/// An encoder with a head over whole sequences (XLMRobertaForSequenceClassification).
///
/// @param encoder the base model
/// @param head what makes logits of it
public record SequenceClassifier(XlmRobertaModel encoder, Head head) {
    /// One row of logits for each sequence. `-> [B, K]`
    public Tensor forward(Ops ops, TokenBatch tokens) {
        return head.logits(ops, features(ops, tokens)); // [B, K]
    }

    /// What the head reads, `<s>` of each sequence by default: the vector right before the head.
    /// `-> [B, C]`
    public Tensor features(Ops ops, TokenBatch tokens) {
        return ops.scope(() -> head.select(ops, encoder.forward(ops, tokens), tokens)); // [B, C]
    }

    /// The configuration of the encoder, which also holds the labels.
    public XlmRobertaConfig config() {
        return encoder.config();
    }

    /// The matrices of all linear layers: what a backend can prepare before the first text comes.
    public List<Parameter> linearWeights() {
        Set<Parameter> tables = Set.copyOf(encoder.embeddings().parameters());
        return parameters().stream()
                .filter(parameter -> parameter.shape().rank() == 2 && !tables.contains(parameter))
                .toList();
    }

    /// Weights of the encoder, then of the head.
    public List<Parameter> parameters() {
        List<Parameter> parameters = new ArrayList<>(encoder.parameters());
        parameters.addAll(head.parameters());
        return List.copyOf(parameters);
    }
}
