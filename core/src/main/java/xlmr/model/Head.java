package xlmr.model;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import xlmr.autograd.Ops;
import xlmr.autograd.Parameter;
import xlmr.tensor.Tensor;
import xlmr.tensor.TokenBatch;

/// What turns hidden states into the answer of a task, in two halves: what it reads of the encoder,
/// which a frozen encoder computes once, and what it makes of that, row by row.
public interface Head {
    /// What the head reads of the last hidden states. `[N, C] -> [R, C]`
    Tensor select(Ops ops, Tensor hidden, TokenBatch tokens);

    /// What the last linear layer of the head reads: the vectors right before the logits. Without
    /// dropout they are features of their own; in training they are as the head computes them, and
    /// the last dropout is still to come. A head of one linear layer reads the selected rows
    /// themselves. `[R, C] -> [R, D]`
    default Tensor lastLinearInput(Ops ops, Tensor selected) {
        return selected; // [R, C]
    }

    /// The head itself; a row of the result depends on the same row of the input alone. `[R, C] ->
    /// [R, K]`
    Tensor logits(Ops ops, Tensor selected);

    /// `[B + 1]` the first of the R rows that belong to each sequence, and R.
    int[] rowStarts(TokenBatch tokens);

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
