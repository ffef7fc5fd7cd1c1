package xlmr.model;

import java.util.ArrayList;
import java.util.List;
import xlmr.autograd.Ops;
import xlmr.autograd.Parameter;
import xlmr.backend.Activation;
import xlmr.nn.LayerNorm;
import xlmr.nn.Linear;
import xlmr.tensor.Tensor;

/// One encoder layer (XLMRobertaLayer): attention and feed-forward network, each added to its input
/// and normalized.
///
/// @param attention self-attention
/// @param attentionOutput `[C, C]`
/// @param attentionNorm over C
/// @param intermediate `[F, C]`
/// @param activation between the two feed-forward maps
/// @param output `[C, F]`
/// @param outputNorm over C
/// @param dropout of both results before they are added
public record EncoderLayer(
        SelfAttention attention,
        Linear attentionOutput,
        LayerNorm attentionNorm,
        Linear intermediate,
        Activation activation,
        Linear output,
        LayerNorm outputNorm,
        float dropout) {
    /// `[N, C] -> [N, C]`
    Tensor forward(
            Ops ops, Tensor hidden, AttentionScope scope, LayerObserver observer, int layer) {
        Tensor attended = ops.scope(() -> attend(ops, hidden, scope, observer, layer)); // [N, C]
        return ops.scope(() -> feedForward(ops, attended)); // [N, C]
    }

    private Tensor attend(
            Ops ops, Tensor hidden, AttentionScope scope, LayerObserver observer, int layer) {
        Tensor context = attention.forward(ops, hidden, scope, observer, layer); // [N, C]
        Tensor projected = attentionOutput.forward(ops, context); // [N, C]
        Tensor sum = ops.addDropped(projected, dropout, hidden); // [N, C]
        return attentionNorm.forward(ops, sum); // [N, C]
    }

    private Tensor feedForward(Ops ops, Tensor attended) {
        Tensor inner = intermediate.forward(ops, attended); // [N, F]
        Tensor activated = ops.activation(activation, inner); // [N, F]
        Tensor projected = output.forward(ops, activated); // [N, C]
        Tensor sum = ops.addDropped(projected, dropout, attended); // [N, C]
        return outputNorm.forward(ops, sum); // [N, C]
    }

    List<Parameter> parameters() {
        List<Parameter> parameters = new ArrayList<>(attention.parameters());
        parameters.addAll(attentionOutput.parameters());
        parameters.addAll(attentionNorm.parameters());
        parameters.addAll(intermediate.parameters());
        parameters.addAll(output.parameters());
        parameters.addAll(outputNorm.parameters());
        return parameters;
    }
}
