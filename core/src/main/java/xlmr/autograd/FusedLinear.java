package xlmr.autograd;

import org.jspecify.annotations.Nullable;
import xlmr.backend.Activation;
import xlmr.backend.Backend;
import xlmr.backend.DropoutMask;
import xlmr.tensor.Tensor;

/// A fully connected layer and what follows it as one operation, which a device may do in one pass
/// over the product. On the processor the bits are those of the single operations.
///
/// Where somebody watches, such as the search for the first bad number, the single operations run,
/// so that they are seen.
public final class FusedLinear {
    private FusedLinear() {}

    /// f(input weightᵀ + bias). `[N, in] x [out, in] -> [N, out]`
    public static Tensor activation(
            Ops ops,
            Tensor input,
            Parameter weight,
            @Nullable Parameter bias,
            Activation function) {
        if (isWatched(ops)) {
            return ops.activation(function, ops.linear(input, weight, bias)); // [N, out]
        }
        LinearNode.check(input, weight, bias);
        int rows = input.shape().rows();
        int columns = weight.shape().size(0);
        boolean records = ops.records(input) || ops.wants(weight) || wants(ops, bias);
        Tensor inner = records ? ops.take(rows, columns) : null; // [N, out]
        Tensor output = ops.take(rows, columns); // [N, out]
        ops.backend().linearActivation(input, weight.value(), value(bias), function, inner, output);
        if (inner != null) {
            ops.record(new LinearActivationNode(input, weight, bias, function, inner, output));
        }
        return output;
    }

    /// LayerNorm(dropout(input weightᵀ + bias) + residual). `[N, in] x [C, in] -> [N, C]`
    ///
    /// @param residual `[N, C]`
    /// @param normWeight `[C]`
    /// @param normBias `[C]`
    public static Tensor addNorm(
            Ops ops,
            Tensor input,
            Parameter weight,
            @Nullable Parameter bias,
            float dropout,
            Tensor residual,
            Parameter normWeight,
            Parameter normBias,
            float epsilon) {
        if (isWatched(ops)) {
            Tensor sum =
                    ops.addDropped(ops.linear(input, weight, bias), dropout, residual); // [N, C]
            return ops.layerNorm(sum, normWeight, normBias, epsilon); // [N, C]
        }
        LinearNode.check(input, weight, bias);
        int rows = input.shape().rows();
        int columns = weight.shape().size(0);
        Ops.expect("addDropped", "residual", residual.shape(), rows, columns);
        Ops.expect("layerNorm", "weight", normWeight.shape(), columns);
        Ops.expect("layerNorm", "bias", normBias.shape(), columns);
        DropoutMask mask = ops.masks.next(dropout, rows, columns);
        Tensor sum = ops.take(rows, columns); // [N, C]
        Tensor output = ops.take(rows, columns); // [N, C]
        Tensor mean = ops.take(rows); // [N]
        Tensor rstd = ops.take(rows); // [N]
        ops.backend()
                .linearAddNorm(
                        input,
                        weight.value(),
                        value(bias),
                        mask,
                        residual,
                        new Backend.Affine(normWeight.value(), normBias.value(), epsilon),
                        sum,
                        output,
                        mean,
                        rstd);
        if (ops.records(input)
                || ops.records(residual)
                || ops.wants(weight)
                || wants(ops, bias)
                || ops.wants(normWeight)
                || ops.wants(normBias)) {
            ops.record(
                    new LinearAddNormNode(
                            input,
                            weight,
                            bias,
                            mask,
                            residual,
                            normWeight,
                            normBias,
                            sum,
                            output,
                            mean,
                            rstd));
        }
        return output;
    }

    private static boolean isWatched(Ops ops) {
        return ops.tape != null && ops.tape.isWatching();
    }

    private static boolean wants(Ops ops, @Nullable Parameter bias) {
        return bias != null && ops.wants(bias);
    }

    private static @Nullable Tensor value(@Nullable Parameter bias) {
        return bias == null ? null : bias.value();
    }
}
