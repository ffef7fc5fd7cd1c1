package xlmr.nn;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import xlmr.autograd.FusedLinear;
import xlmr.autograd.Ops;
import xlmr.autograd.Parameter;
import xlmr.backend.Activation;
import xlmr.tensor.Tensor;

/// A fully connected layer, y = x Wᵀ + b (torch.nn.Linear).
///
/// @param weight `[out, in]`
/// @param bias `[out]` or null
/// @param change of low rank that trains beside the weight, or null
public record Linear(Parameter weight, @Nullable Parameter bias, @Nullable LowRank change) {
    /// A layer without a change.
    public Linear(Parameter weight, @Nullable Parameter bias) {
        this(weight, bias, null);
    }

    /// `[N, in] -> [N, out]`
    public Tensor forward(Ops ops, Tensor input) {
        Tensor output = ops.linear(input, weight, bias); // [N, out]
        return change == null ? output : change.addTo(ops, output, input); // [N, out]
    }

    /// f(x Wᵀ + b). `[N, in] -> [N, out]`
    public Tensor activated(Ops ops, Tensor input, Activation function) {
        return change == null
                ? FusedLinear.activation(ops, input, weight, bias, function) // [N, out]
                : ops.activation(function, forward(ops, input)); // [N, out]
    }

    /// LayerNorm(dropout(x Wᵀ + b) + residual). `[N, in] -> [N, out]`
    public Tensor addedAndNormed(
            Ops ops, Tensor input, float dropout, Tensor residual, LayerNorm norm) {
        if (change != null) {
            Tensor sum = ops.addDropped(forward(ops, input), dropout, residual); // [N, out]
            return norm.forward(ops, sum); // [N, out]
        }
        return FusedLinear.addNorm(
                ops,
                input,
                weight,
                bias,
                dropout,
                residual,
                norm.weight(),
                norm.bias(),
                norm.epsilon()); // [N, out]
    }

    /// Weight, then bias if there is one, then the change if there is one.
    public List<Parameter> parameters() {
        List<Parameter> parameters = new ArrayList<>(List.of(weight));
        if (bias != null) {
            parameters.add(bias);
        }
        if (change != null) {
            parameters.addAll(change.parameters());
        }
        return List.copyOf(parameters);
    }
}
