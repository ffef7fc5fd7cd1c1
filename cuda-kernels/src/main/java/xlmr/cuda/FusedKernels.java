package xlmr.cuda;

import org.jspecify.annotations.Nullable;
import xlmr.backend.Activation;
import xlmr.backend.DropoutMask;
import xlmr.tensor.Tensor;

/// Matrix products together with what follows them: the product is a library's, without its bias,
/// and one kernel does the rest.
abstract class FusedKernels extends RowKernels {
    @Override
    public void linearActivation(
            Tensor input,
            Tensor weight,
            @Nullable Tensor bias,
            Activation function,
            @Nullable Tensor preActivation,
            Tensor output) {
        if (bias == null) {
            super.linearActivation(input, weight, null, function, preActivation, output);
            return;
        }
        Tensor inner = preActivation == null ? output : preActivation; // [N, out]
        linear(input, weight, null, inner);
        try (Operation operation = begin()) {
            new FusedLaunches(operation).activation(name(function), inner, bias, output);
        }
    }

    @Override
    public void linearActivationGradient(
            Activation function,
            Tensor preActivation,
            Tensor dOutput,
            Tensor dPreActivation,
            @Nullable Tensor dBias) {
        try (Operation operation = begin()) {
            new FusedLaunches(operation)
                    .activationGradient(
                            name(function), preActivation, dOutput, dPreActivation, dBias);
        }
    }

    @Override
    public void linearAddNorm(
            Tensor input,
            Tensor weight,
            @Nullable Tensor bias,
            DropoutMask dropout,
            Tensor residual,
            Affine norm,
            Tensor sum,
            Tensor output,
            Tensor mean,
            Tensor rstd) {
        if (bias == null) {
            super.linearAddNorm(
                    input, weight, null, dropout, residual, norm, sum, output, mean, rstd);
            return;
        }
        linear(input, weight, null, sum);
        try (Operation operation = begin()) {
            new FusedLaunches(operation)
                    .addNorm(sum, bias, dropout, residual, norm, output, mean, rstd);
        }
    }

    @Override
    public void linearAddNormGradient(
            Tensor dOutput,
            Tensor sum,
            Tensor normWeight,
            Tensor mean,
            Tensor rstd,
            DropoutMask dropout,
            @Nullable Tensor dResidual,
            Tensor dProduct,
            @Nullable Tensor dWeight,
            @Nullable Tensor dBias) {
        try (Operation operation = begin()) {
            FusedLaunches launches = new FusedLaunches(operation);
            launches.addNormGradient(
                    dOutput, sum, normWeight, mean, rstd, dropout, dResidual, dProduct);
            launches.normParameterGradient(dOutput, sum, mean, rstd, dWeight, dBias);
        }
    }

    /// The kernel of an activation.
    static String name(Activation function) {
        return switch (function) {
            case GELU -> "gelu";
            case GELU_TANH -> "geluTanh";
            case RELU -> "relu";
            case SILU -> "silu";
            case QUICK_GELU -> "quickGelu";
            case TANH -> "hyperbolicTangent";
            case SIGMOID -> "sigmoid";
        };
    }
}
