package xlmr.model;

import java.util.ArrayList;
import java.util.List;
import xlmr.autograd.Ops;
import xlmr.autograd.Parameter;
import xlmr.backend.Activation;
import xlmr.nn.Linear;
import xlmr.tensor.Tensor;

/// The default head of multiple choice (XLMRobertaForMultipleChoice): the pooler, dropout and one
/// linear layer give one number for each choice, which is a sequence of its own. The choices of a
/// question are compared by softmax.
///
/// @param pooler the encoder's pooler, `[C, C]` and tanh, which belongs to this head
/// @param classifier `[1, C]`
/// @param dropout between them
public record MultipleChoiceHead(Linear pooler, Linear classifier, float dropout)
        implements SequenceHead {
    @Override
    public Tensor lastLinearInput(Ops ops, Tensor selected) {
        return pooler.activated(ops, selected, Activation.TANH); // [B, C]
    }

    @Override
    public Tensor logits(Ops ops, Tensor selected) {
        Tensor pooled = lastLinearInput(ops, selected); // [B, C]
        return classifier.forward(ops, ops.dropout(pooled, dropout)); // [B, 1]
    }

    @Override
    public List<Parameter> parameters() {
        List<Parameter> parameters = new ArrayList<>(pooler.parameters());
        parameters.addAll(classifier.parameters());
        return List.copyOf(parameters);
    }
}
