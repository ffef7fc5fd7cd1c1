package xlmr.model;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import xlmr.autograd.Ops;
import xlmr.autograd.Parameter;
import xlmr.backend.Activation;
import xlmr.nn.LayerNorm;
import xlmr.nn.Linear;
import xlmr.tensor.Tensor;

/// One encoder layer (XLMRobertaLayer, XLMRobertaXLLayer): attention and feed-forward network, each
/// added to its input, with a LayerNorm after or before.
///
/// @param order where the layer normalizes
/// @param attention self-attention
/// @param attentionOutput `[C, A]`, with A the width of the layer's heads together
/// @param attentionNorm over C
/// @param intermediate `[F, C]`
/// @param activation between the two feed-forward maps
/// @param output `[C, F]`
/// @param outputNorm over C
/// @param dropout of both results before they are added; of attention's alone where the layer
///   normalizes before, as in the reference
public record EncoderLayer(
        LayerNormOrder order,
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
        Tensor input = before(ops, attentionNorm, hidden); // [N, C]
        Tensor context = attention.forward(ops, input, scope, observer, layer); // [N, A]
        return add(ops, attentionOutput, context, dropout, hidden, attentionNorm); // [N, C]
    }

    private Tensor feedForward(Ops ops, Tensor attended) {
        Tensor input = before(ops, outputNorm, attended); // [N, C]
        Tensor activated = intermediate.activated(ops, input, activation); // [N, F]
        float dropped = order == LayerNormOrder.AFTER ? dropout : 0;
        return add(ops, output, activated, dropped, attended, outputNorm); // [N, C]
    }

    private Tensor before(Ops ops, LayerNorm norm, Tensor input) {
        return order == LayerNormOrder.BEFORE ? norm.forward(ops, input) : input; // [N, C]
    }

    /// What a map makes of its input, added to the residual and normalized after, if that is the
    /// order.
    private Tensor add(
            Ops ops, Linear map, Tensor input, float dropped, Tensor residual, LayerNorm norm) {
        return order == LayerNormOrder.AFTER
                ? map.addedAndNormed(ops, input, dropped, residual, norm) // [N, C]
                : ops.addDropped(map.forward(ops, input), dropped, residual); // [N, C]
    }

    /// The same with each linear layer replaced by what `change` makes of it.
    EncoderLayer withLinears(UnaryOperator<Linear> change) {
        return new EncoderLayer(
                order,
                new SelfAttention(
                        change.apply(attention.query()),
                        change.apply(attention.key()),
                        change.apply(attention.value()),
                        attention.heads(),
                        attention.dropout()),
                change.apply(attentionOutput),
                attentionNorm,
                change.apply(intermediate),
                activation,
                change.apply(output),
                outputNorm,
                dropout);
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
