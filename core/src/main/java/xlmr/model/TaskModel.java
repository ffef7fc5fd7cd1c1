package xlmr.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import xlmr.autograd.Ops;
import xlmr.autograd.Parameter;
import xlmr.tensor.Tensor;
import xlmr.tensor.TokenBatch;

/// An encoder with the head of a task (XLMRobertaForSequenceClassification and its siblings).
///
/// @param task what the head is for
/// @param encoder the base model
/// @param head what makes logits of it
public record TaskModel(Task task, XlmRobertaModel encoder, Head head) {
    /// The logits of every row that the head gives: one a sequence, or one a token. `-> [R, K]`
    public Tensor forward(Ops ops, TokenBatch tokens) {
        return head.logits(ops, features(ops, tokens), head.rowStarts(tokens)); // [R, K]
    }

    /// What the head reads: the vectors right before the head. `-> [R, C]`
    public Tensor features(Ops ops, TokenBatch tokens) {
        return ops.scope(() -> selected(ops, tokens)); // [R, C]
    }

    private Tensor selected(Ops ops, TokenBatch tokens) {
        return head.readsAllLayers()
                ? head.select(ops, encoder.hiddenStates(ops, tokens), tokens) // [R, D]
                : head.select(ops, encoder.forward(ops, tokens), tokens); // [R, C]
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
