package xlmr.cuda;

import org.jspecify.annotations.Nullable;
import xlmr.backend.Backend;
import xlmr.backend.DropoutMask;
import xlmr.tensor.Tensor;

/// The launches of what follows a matrix product: bias and activation, or bias, dropout, residual
/// and LayerNorm, each in one pass over it.
record FusedLaunches(Operation operation) {
    /// Rows that one block of a sum over rows has.
    static final int PIECE = 256;

    /// @param inner `[N, C]` the product, to which the bias is added if it is another tensor than
    ///   the output
    void activation(String kernel, Tensor inner, Tensor bias, Tensor output) {
        operation.rows(
                kernel + "OfProduct",
                output.shape().rows(),
                Operation.ROW_THREADS,
                inner,
                bias,
                inner == output ? 0 : 1,
                output,
                output.size(-1));
    }

    void activationGradient(
            String kernel, Tensor inner, Tensor dOutput, Tensor dInner, @Nullable Tensor dBias) {
        int rows = inner.shape().rows();
        int columns = inner.size(-1);
        int pieces = pieces(rows);
        DevicePointer partial =
                dBias == null ? DevicePointer.NULL : operation.scratch(4L * pieces * columns);
        operation.start(
                new KernelLaunch(
                        kernel + "OfProductGradient", (columns + 31) / 32, pieces, 32, 8, 0),
                inner,
                dOutput,
                dInner,
                partial,
                rows,
                columns,
                PIECE);
        if (dBias != null) {
            operation.elements("addPieces", columns, partial, dBias, pieces);
        }
    }

    /// @param sum `[N, C]` the product, which becomes the sum
    void addNorm(
            Tensor sum,
            Tensor bias,
            DropoutMask dropout,
            Tensor residual,
            Backend.Affine norm,
            Tensor output,
            Tensor mean,
            Tensor rstd) {
        operation.rows(
                "addLayerNorm",
                sum.shape().rows(),
                Operation.ROW_THREADS,
                sum,
                bias,
                dropout.low(),
                dropout.high(),
                dropout.threshold(),
                dropout.scale(),
                residual,
                norm.weight(),
                norm.bias(),
                norm.epsilon(),
                output,
                mean,
                rstd,
                sum.size(-1));
    }

    void addNormGradient(
            Tensor dOutput,
            Tensor sum,
            Tensor normWeight,
            Tensor mean,
            Tensor rstd,
            DropoutMask dropout,
            @Nullable Tensor dResidual,
            Tensor dProduct) {
        operation.rows(
                "addLayerNormGradient",
                sum.shape().rows(),
                Operation.ROW_THREADS,
                dOutput,
                sum,
                normWeight,
                mean,
                rstd,
                dResidual == null ? DevicePointer.NULL : dResidual,
                dropout.low(),
                dropout.high(),
                dropout.threshold(),
                dropout.scale(),
                dProduct,
                sum.size(-1));
    }

    /// The gradients of a LayerNorm's weight and bias. Null: not wanted.
    void normParameterGradient(
            Tensor dOutput,
            Tensor input,
            Tensor mean,
            Tensor rstd,
            @Nullable Tensor dWeight,
            @Nullable Tensor dBias) {
        if (dWeight == null && dBias == null) {
            return;
        }
        int rows = input.shape().rows();
        int columns = input.size(-1);
        int pieces = pieces(rows);
        DevicePointer partialWeight = operation.scratch(4L * pieces * columns);
        DevicePointer partialBias = operation.scratch(4L * pieces * columns);
        operation.start(
                new KernelLaunch("layerNormParameterPieces", (columns + 31) / 32, pieces, 32, 8, 0),
                dOutput,
                input,
                mean,
                rstd,
                partialWeight,
                partialBias,
                rows,
                columns,
                PIECE);
        if (dWeight != null) {
            operation.elements("addPieces", columns, partialWeight, dWeight, pieces);
        }
        if (dBias != null) {
            operation.elements("addPieces", columns, partialBias, dBias, pieces);
        }
    }

    static int pieces(int rows) {
        return (rows + PIECE - 1) / PIECE;
    }
}
