package xlmr.nn;

import java.util.Arrays;
import java.util.List;
import xlmr.autograd.Ops;
import xlmr.autograd.Parameter;
import xlmr.tensor.Tensor;

/// A change of low rank to a linear layer: scale · B A x beside W x (Hu et al. 2022, LoRA). W stays
/// as it is; A and B train.
///
/// @param a `[r, in]`
/// @param b `[out, r]`, zeros at first, so that training begins at the layer as it was
/// @param scale α / r
/// @param dropout of x before A
public record LowRank(Parameter a, Parameter b, float scale, float dropout) {
    /// output + scale · B A input. `[N, in], [N, out] -> [N, out]`
    Tensor addTo(Ops ops, Tensor output, Tensor input) {
        Tensor inner = ops.linear(ops.dropout(input, dropout), a, null); // [N, r]
        return ops.addScaled(output, scale, ops.linear(inner, b, null)); // [N, out]
    }

    /// W + scale · B A: the weights of one layer that computes the same. Sums are in double
    /// precision.
    ///
    /// @param weight W, `[out, in]`
    /// @return a new array, row-major
    public float[] mergedInto(Tensor weight) {
        int rank = a.shape().size(0);
        int columns = a.shape().size(1);
        float[] merged = weight.toArray();
        float[] down = a.value().toArray();
        float[] up = b.value().toArray();
        double[] row = new double[columns];
        for (int out = 0; out < b.shape().size(0); out++) {
            Arrays.fill(row, 0);
            for (int r = 0; r < rank; r++) {
                double factor = (double) scale * up[out * rank + r];
                for (int in = 0; in < columns; in++) {
                    row[in] += factor * down[r * columns + in];
                }
            }
            for (int in = 0; in < columns; in++) {
                merged[out * columns + in] = (float) (merged[out * columns + in] + row[in]);
            }
        }
        return merged;
    }

    /// A, then B.
    public List<Parameter> parameters() {
        return List.of(a, b);
    }
}
