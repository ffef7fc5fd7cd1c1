package xlmr.nn;

import java.util.List;
import xlmr.autograd.Ops;
import xlmr.autograd.Parameter;
import xlmr.tensor.Tensor;

/// Normalization of each row to mean 0 and variance 1, then an affine map (Ba et al. 2016).
///
/// @param weight `[C]`
/// @param bias `[C]`
/// @param epsilon added to the variance
public record LayerNorm(Parameter weight, Parameter bias, float epsilon) {
    /// `[N, C] -> [N, C]`
    public Tensor forward(Ops ops, Tensor input) {
        return ops.layerNorm(input, weight, bias, epsilon); // [N, C]
    }

    /// Weight, bias.
    public List<Parameter> parameters() {
        return List.of(weight, bias);
    }
}
