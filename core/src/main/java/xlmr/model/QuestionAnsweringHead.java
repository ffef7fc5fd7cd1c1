package xlmr.model;

import java.util.List;
import xlmr.autograd.Ops;
import xlmr.autograd.Parameter;
import xlmr.nn.Linear;
import xlmr.tensor.Tensor;

/// The default head of extractive question answering (XLMRobertaForQuestionAnswering): one linear
/// layer over every token; column 0 says how well an answer starts there, column 1 how well it ends
/// there.
///
/// @param outputs `[2, C]`
public record QuestionAnsweringHead(Linear outputs) implements TokenHead {
    @Override
    public Tensor logits(Ops ops, Tensor selected) {
        return outputs.forward(ops, selected); // [N, 2]
    }

    @Override
    public List<Parameter> parameters() {
        return outputs.parameters();
    }
}
