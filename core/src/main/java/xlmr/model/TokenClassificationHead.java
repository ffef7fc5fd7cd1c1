package xlmr.model;

import java.util.List;
import xlmr.autograd.Ops;
import xlmr.autograd.Parameter;
import xlmr.nn.Linear;
import xlmr.tensor.Tensor;

/// The default head of token classification (XLMRobertaForTokenClassification): dropout and one
/// linear layer over every token.
///
/// @param classifier `[K, C]`
/// @param dropout before it
public record TokenClassificationHead(Linear classifier, float dropout) implements TokenHead {
    @Override
    public Tensor logits(Ops ops, Tensor selected) {
        return classifier.forward(ops, ops.dropout(selected, dropout)); // [N, K]
    }

    @Override
    public List<Parameter> parameters() {
        return classifier.parameters();
    }
}
