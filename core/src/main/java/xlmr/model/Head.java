package xlmr.model;

import java.util.List;
import xlmr.autograd.Ops;
import xlmr.autograd.Parameter;
import xlmr.tensor.Tensor;
import xlmr.tensor.TokenBatch;

/// What turns hidden states into the answer of a task, in two halves: what it reads of the encoder,
/// which a frozen encoder computes once, and what it makes of that.
public interface Head {
    /// What the head reads of the last hidden states. `[N, C] -> [R, C]`
    Tensor select(Ops ops, Tensor hidden, TokenBatch tokens);

    /// The head itself. `[R, C] -> [R, K]`
    Tensor logits(Ops ops, Tensor selected);

    /// All weights, in the order of the reference.
    List<Parameter> parameters();
}
