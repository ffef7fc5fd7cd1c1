package xlmr.nn;

import java.util.List;
import org.jspecify.annotations.Nullable;
import xlmr.autograd.Ops;
import xlmr.autograd.Parameter;
import xlmr.tensor.Tensor;

/// A fully connected layer, y = x Wᵀ + b (torch.nn.Linear).
///
/// @param weight `[out, in]`
/// @param bias `[out]` or null
public record Linear(Parameter weight, @Nullable Parameter bias) {
    /// `[N, in] -> [N, out]`
    public Tensor forward(Ops ops, Tensor input) {
        return ops.linear(input, weight, bias); // [N, out]
    }

    /// Weight, then bias if there is one.
    public List<Parameter> parameters() {
        return bias == null ? List.of(weight) : List.of(weight, bias);
    }
}
