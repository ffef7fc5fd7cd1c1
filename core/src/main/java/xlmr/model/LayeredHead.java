package xlmr.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import xlmr.autograd.Ops;
import xlmr.autograd.Parameter;
import xlmr.nn.Linear;
import xlmr.nn.SequenceLayer;
import xlmr.tensor.Tensor;
import xlmr.tensor.TokenBatch;

/// Layers one after the other, then dropout and a projection to one number a class: what all heads
/// built in are, beside the reference's.
///
/// @param firstTokens whether it reads the first token of each sequence, not all tokens
/// @param layers what is made of that
/// @param projection `[K, D]`
/// @param dropout before it
public record LayeredHead(
        boolean firstTokens, List<SequenceLayer> layers, Linear projection, float dropout)
        implements Head {
    /// Keeps the layers as they are.
    public LayeredHead {
        layers = List.copyOf(layers);
    }

    @Override
    public Tensor select(Ops ops, Tensor hidden, TokenBatch tokens) {
        return firstTokens ? ops.selectRows(hidden, tokens.firstTokens()) : hidden; // [R, C]
    }

    @Override
    public Tensor lastLinearInput(Ops ops, Tensor selected) {
        return lastLinearInput(ops, selected, new int[] {0, selected.size(0)}); // [R', D]
    }

    @Override
    public Tensor lastLinearInput(Ops ops, Tensor selected, int[] starts) {
        Tensor rows = selected; // [R, C]
        int[] current = starts;
        for (SequenceLayer layer : layers) {
            rows = layer.forward(ops, rows, current); // [R', D]
            current = layer.resultStarts(current);
        }
        return rows;
    }

    @Override
    public Tensor logits(Ops ops, Tensor selected) {
        return logits(ops, selected, new int[] {0, selected.size(0)}); // [R', K]
    }

    @Override
    public Tensor logits(Ops ops, Tensor selected, int[] starts) {
        Tensor rows = lastLinearInput(ops, selected, starts); // [R', D]
        return projection.forward(ops, ops.dropout(rows, dropout)); // [R', K]
    }

    @Override
    public boolean readsSequences() {
        return layers.stream().anyMatch(SequenceLayer::readsSequences);
    }

    @Override
    public int[] rowStarts(TokenBatch tokens) {
        if (!firstTokens) {
            return tokens.starts();
        }
        int[] starts = new int[tokens.sequences() + 1];
        Arrays.setAll(starts, b -> b);
        return starts;
    }

    @Override
    public int[] resultStarts(int[] starts) {
        int[] current = starts;
        for (SequenceLayer layer : layers) {
            current = layer.resultStarts(current);
        }
        return current;
    }

    @Override
    public List<Parameter> parameters() {
        List<Parameter> parameters = new ArrayList<>();
        layers.forEach(layer -> parameters.addAll(layer.parameters()));
        parameters.addAll(projection.parameters());
        return List.copyOf(parameters);
    }
}
