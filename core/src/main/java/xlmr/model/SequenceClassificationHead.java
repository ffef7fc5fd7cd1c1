package xlmr.model;

import java.util.ArrayList;
import java.util.List;
import xlmr.autograd.Ops;
import xlmr.autograd.Parameter;
import xlmr.backend.Activation;
import xlmr.nn.Linear;
import xlmr.tensor.Tensor;

/// The default head of sequence classification (XLMRobertaClassificationHead): the hidden state of
/// `<s>`, dropout, dense, tanh, dropout, projection to one number a class. It does not use the
/// pooler.
///
/// @param dense `[C, C]`
/// @param projection `[K, C]`
/// @param dropout before each of the two
public record SequenceClassificationHead(Linear dense, Linear projection, float dropout)
        implements SequenceHead {
    @Override
    public Tensor lastLinearInput(Ops ops, Tensor selected) {
        Tensor dropped = ops.dropout(selected, dropout); // [B, C]
        return dense.activated(ops, dropped, Activation.TANH); // [B, C]
    }

    @Override
    public Tensor logits(Ops ops, Tensor selected) {
        Tensor inner = lastLinearInput(ops, selected); // [B, C]
        return projection.forward(ops, ops.dropout(inner, dropout)); // [B, K]
    }

    @Override
    public List<Parameter> parameters() {
        List<Parameter> parameters = new ArrayList<>(dense.parameters());
        parameters.addAll(projection.parameters());
        return List.copyOf(parameters);
    }
}
