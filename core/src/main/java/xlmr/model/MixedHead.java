package xlmr.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import xlmr.autograd.Layout;
import xlmr.autograd.Ops;
import xlmr.autograd.Parameter;
import xlmr.autograd.ScalarMix;
import xlmr.tensor.Tensor;
import xlmr.tensor.TokenBatch;

/// A trained mean of all layers' hidden states in front of another head: γ Σ softmax(w)ᵢ hᵢ. What
/// it selects are the rows of all layers side by side, `[R, (L + 1) C]`.
///
/// @param head that reads the mean
/// @param weights w, `[L + 1]`, the embeddings' first
/// @param scale γ, `[1]`
public record MixedHead(Head head, Parameter weights, Parameter scale) implements Head {
    @Override
    public Tensor select(Ops ops, Tensor hidden, TokenBatch tokens) {
        throw new IllegalStateException("head: a mix reads all layers, not the last one alone");
    }

    @Override
    public Tensor select(Ops ops, List<Tensor> layers, TokenBatch tokens) {
        List<Tensor> rows =
                layers.stream().map(hidden -> head.select(ops, hidden, tokens)).toList();
        return Layout.concatColumns(ops, rows); // [R, (L + 1) C]
    }

    @Override
    public boolean readsAllLayers() {
        return true;
    }

    @Override
    public int selectedColumns(int hiddenSize) {
        return weights.shape().size(0) * head.selectedColumns(hiddenSize);
    }

    @Override
    public Tensor lastLinearInput(Ops ops, Tensor selected) {
        return head.lastLinearInput(ops, mixed(ops, selected)); // [R, D]
    }

    @Override
    public Tensor lastLinearInput(Ops ops, Tensor selected, int[] starts) {
        return head.lastLinearInput(ops, mixed(ops, selected), starts); // [R', D]
    }

    @Override
    public Tensor logits(Ops ops, Tensor selected) {
        return head.logits(ops, mixed(ops, selected)); // [R, K]
    }

    @Override
    public Tensor logits(Ops ops, Tensor selected, int[] starts) {
        return head.logits(ops, mixed(ops, selected), starts); // [R', K]
    }

    @Override
    public boolean readsSequences() {
        return head.readsSequences();
    }

    @Override
    public int[] rowStarts(TokenBatch tokens) {
        return head.rowStarts(tokens);
    }

    @Override
    public int[] resultStarts(int[] starts) {
        return head.resultStarts(starts);
    }

    @Override
    public List<Parameter> parameters() {
        List<Parameter> parameters = new ArrayList<>(List.of(weights, scale));
        parameters.addAll(head.parameters());
        return List.copyOf(parameters);
    }

    @Override
    public Map<String, Parameter> aliases() {
        return head.aliases();
    }

    private Tensor mixed(Ops ops, Tensor selected) {
        return ScalarMix.mix(ops, selected, weights, scale); // [R, C]
    }
}
