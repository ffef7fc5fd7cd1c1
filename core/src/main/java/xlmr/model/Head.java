package xlmr.model;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import xlmr.autograd.Ops;
import xlmr.autograd.Parameter;
import xlmr.tensor.Tensor;
import xlmr.tensor.TokenBatch;

/// What turns hidden states into the answer of a task, in two halves: what it reads of the encoder,
/// which a frozen encoder computes once, and what it makes of that: row by row, or sequence by
/// sequence.
public interface Head {
    /// What the head reads of the last hidden states. `[N, C] -> [R, C]`
    Tensor select(Ops ops, Tensor hidden, TokenBatch tokens);

    /// What the head reads, where it [reads all layers][#readsAllLayers]. `-> [R, D]`
    ///
    /// @param layers L + 1 of `[N, C]`, the output of the embeddings first
    default Tensor select(Ops ops, List<Tensor> layers, TokenBatch tokens) {
        return select(ops, layers.getLast(), tokens); // [R, C]
    }

    /// Whether [#select(Ops, List, TokenBatch)] needs every layer's hidden states, not the last
    /// ones alone.
    default boolean readsAllLayers() {
        return false;
    }

    /// D, the columns of what is selected.
    ///
    /// @param hiddenSize C
    default int selectedColumns(int hiddenSize) {
        return hiddenSize;
    }

    /// What the last linear layer of the head reads: the vectors right before the logits. Without
    /// dropout they are features of their own; in training they are as the head computes them, and
    /// the last dropout is still to come. A head of one linear layer reads the selected rows
    /// themselves. `[R, C] -> [R, D]`
    default Tensor lastLinearInput(Ops ops, Tensor selected) {
        return selected; // [R, C]
    }

    /// As [#lastLinearInput(Ops, Tensor)], for rows of several sequences. `[R, C] -> [R', D]`, with
    /// as many rows as [#resultStarts] says
    ///
    /// @param starts `[B + 1]` the first of the selected rows of each sequence, and R
    default Tensor lastLinearInput(Ops ops, Tensor selected, int[] starts) {
        return lastLinearInput(ops, selected); // [R, D]
    }

    /// The head itself, of rows that belong to one sequence or do not depend on each other. `[R, C]
    /// -> [R, K]`
    Tensor logits(Ops ops, Tensor selected);

    /// The head itself. `[R, C] -> [R', K]`, with as many rows as [#resultStarts] says
    ///
    /// @param starts `[B + 1]` the first of the selected rows of each sequence, and R
    default Tensor logits(Ops ops, Tensor selected, int[] starts) {
        return logits(ops, selected); // [R, K]
    }

    /// Whether a row of the result depends on all selected rows of its sequence, as with a
    /// recurrent network or a mean; else on the same row alone.
    default boolean readsSequences() {
        return false;
    }

    /// `[B + 1]` the first of the R rows that belong to each sequence, and R.
    int[] rowStarts(TokenBatch tokens);

    /// `[B + 1]` the first row of the result that belongs to each sequence, and the number of all:
    /// as many as were selected, if the head does not make one of them.
    ///
    /// @param starts `[B + 1]` of the selected rows
    default int[] resultStarts(int[] starts) {
        return starts;
    }

    /// All weights of its own, in the order of the reference; not one that it shares with the
    /// encoder.
    List<Parameter> parameters();

    /// A weight of the encoder that it multiplies with: the word embedding as decoder. Null for
    /// none.
    default @Nullable Parameter shared() {
        return null;
    }

    /// Further names under which the reference stores a parameter of its own: what it reports as
    /// missing otherwise.
    default Map<String, Parameter> aliases() {
        return Map.of();
    }
}
