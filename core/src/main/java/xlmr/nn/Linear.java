package xlmr.nn;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import xlmr.autograd.Ops;
import xlmr.autograd.Parameter;
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
