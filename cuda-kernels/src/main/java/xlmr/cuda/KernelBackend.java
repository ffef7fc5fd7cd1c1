package xlmr.cuda;

import java.util.List;
import org.jspecify.annotations.Nullable;
import xlmr.backend.Activation;
import xlmr.backend.AdamWStep;
import xlmr.backend.AdamWUpdate;
import xlmr.backend.AttentionShape;
import xlmr.backend.DropoutMask;
import xlmr.tensor.Tensor;

/// The kernels as a backend: which of them an operation takes, over how many blocks, with which
/// arguments. Where memory comes from, how kernels are launched, and matrix products are left to
/// the device.
abstract class KernelBackend extends FusedKernels {
    /// The format in which attention multiplies on tensor cores; null for single precision.
    @Nullable HalfFormat attentionFormat() {
        return null;
    }

    @Override
    public void fill(Tensor tensor, float value) {
        try (Operation operation = begin()) {
            operation.elements("fill", count(tensor), tensor, value);
        }
    }

    @Override
    public void biasGradient(Tensor dOutput, Tensor dBias) {
        try (Operation operation = begin()) {
            int rows = dOutput.shape().rows();
            int columns = count(dBias);
            int pieces = FusedLaunches.pieces(rows);
            DevicePointer partial = operation.scratch(4L * pieces * columns);
            operation.start(
                    new KernelLaunch("biasPieces", (columns + 31) / 32, pieces, 32, 8, 0),
                    dOutput,
                    partial,
                    rows,
                    columns,
                    FusedLaunches.PIECE);
            operation.elements("addPieces", columns, partial, dBias, pieces);
        }
    }

    @Override
    public void attention(
            Tensor query,
            Tensor key,
            Tensor value,
            AttentionShape shape,
            DropoutMask dropout,
            Tensor output,
            Tensor logSumExp) {
        try (Operation operation = begin()) {
            HalfFormat format = attentionFormat();
            if (format != null && TensorCoreAttention.takes(query, shape)) {
                new TensorCoreAttention(operation, format)
                        .forward(query, key, value, shape, dropout, output, logSumExp);
                return;
            }
            new AttentionLaunches(operation)
                    .forward(query, key, value, shape, dropout, output, logSumExp);
        }
    }

    @Override
    public void attentionGradient(
            Tensor query,
            Tensor key,
            Tensor value,
            Tensor output,
            Tensor logSumExp,
            Tensor dOutput,
            AttentionShape shape,
            DropoutMask dropout,
            Tensor dQuery,
            Tensor dKey,
            Tensor dValue) {
        try (Operation operation = begin()) {
            HalfFormat format = attentionFormat();
            if (format != null && TensorCoreAttention.takes(query, shape)) {
                new TensorCoreAttention(operation, format)
                        .backward(
                                query, key, value, output, logSumExp, dOutput, shape, dropout,
                                dQuery, dKey, dValue);
                return;
            }
            new AttentionLaunches(operation)
                    .backward(
                            query, key, value, output, logSumExp, dOutput, shape, dropout, dQuery,
                            dKey, dValue);
        }
    }

    @Override
    public void attentionProbabilities(
            Tensor query, Tensor key, AttentionShape shape, Tensor output) {
        try (Operation operation = begin()) {
            new AttentionLaunches(operation).probabilities(query, key, shape, output);
        }
    }

    @Override
    public void layerNorm(
            Tensor input,
            Tensor weight,
            Tensor bias,
            float epsilon,
            Tensor output,
            Tensor mean,
            Tensor rstd) {
        try (Operation operation = begin()) {
            operation.rows(
                    "layerNorm",
                    input.shape().rows(),
                    Operation.ROW_THREADS,
                    input,
                    weight,
                    bias,
                    epsilon,
                    output,
                    mean,
                    rstd,
                    input.size(-1));
        }
    }

    @Override
    public void layerNormGradient(
            Tensor dOutput,
            Tensor input,
            Tensor weight,
            Tensor mean,
            Tensor rstd,
            @Nullable Tensor dInput,
            @Nullable Tensor dWeight,
            @Nullable Tensor dBias) {
        try (Operation operation = begin()) {
            int columns = input.size(-1);
            if (dInput != null) {
                operation.rows(
                        "layerNormGradient",
                        input.shape().rows(),
                        Operation.ROW_THREADS,
                        dOutput,
                        input,
                        weight,
                        mean,
                        rstd,
                        dInput,
                        columns);
            }
            new FusedLaunches(operation)
                    .normParameterGradient(dOutput, input, mean, rstd, dWeight, dBias);
        }
    }

    @Override
    public void activation(Activation function, Tensor input, Tensor output) {
        try (Operation operation = begin()) {
            operation.elements(name(function), count(input), input, output);
        }
    }

    @Override
    public void activationGradient(
            Activation function, Tensor input, Tensor dOutput, Tensor dInput) {
        try (Operation operation = begin()) {
            operation.elements(name(function) + "Gradient", count(input), input, dOutput, dInput);
        }
    }

    @Override
    public void add(Tensor left, Tensor right, Tensor output) {
        try (Operation operation = begin()) {
            operation.elements("add", count(output), left, right, output);
        }
    }

    @Override
    public void addScaled(Tensor input, float factor, Tensor output) {
        try (Operation operation = begin()) {
            operation.elements("addScaled", count(output), input, factor, output);
        }
    }

    @Override
    public void packBfloat16(Tensor input, Tensor packed) {
        try (Operation operation = begin()) {
            operation.elements("packBfloat16", count(packed), input, packed, count(input));
        }
    }

    @Override
    public void unpackBfloat16(Tensor packed, Tensor output) {
        try (Operation operation = begin()) {
            operation.elements("unpackBfloat16", count(packed), packed, output, count(output));
        }
    }

    @Override
    public void multiply(Tensor left, Tensor right, Tensor output) {
        try (Operation operation = begin()) {
            operation.elements("multiply", count(output), left, right, output);
        }
    }

    @Override
    public void multiplyGradient(Tensor dOutput, Tensor right, Tensor dLeft) {
        try (Operation operation = begin()) {
            operation.elements("multiplyGradient", count(dLeft), dOutput, right, dLeft);
        }
    }

    @Override
    public void scale(Tensor tensor, float factor) {
        try (Operation operation = begin()) {
            operation.elements("scale", count(tensor), tensor, factor);
        }
    }

    @Override
    public void dropout(Tensor input, DropoutMask mask, Tensor output) {
        try (Operation operation = begin()) {
            operation.elements(
                    "dropout",
                    count(output),
                    input,
                    mask.low(),
                    mask.high(),
                    mask.threshold(),
                    mask.scale(),
                    output);
        }
    }

    @Override
    public void dropoutGradient(Tensor dOutput, DropoutMask mask, Tensor dInput) {
        try (Operation operation = begin()) {
            operation.elements(
                    "dropoutGradient",
                    count(dInput),
                    dOutput,
                    mask.low(),
                    mask.high(),
                    mask.threshold(),
                    mask.scale(),
                    dInput);
        }
    }

    @Override
    public void softmax(Tensor input, Tensor output) {
        try (Operation operation = begin()) {
            operation.rows(
                    "softmax", rows(input), Operation.ROW_THREADS, input, output, input.size(-1));
        }
    }

    @Override
    public void softmaxGradient(Tensor output, Tensor dOutput, Tensor dInput) {
        try (Operation operation = begin()) {
            operation.rows(
                    "softmaxGradient",
                    rows(output),
                    Operation.ROW_THREADS,
                    output,
                    dOutput,
                    dInput,
                    output.size(-1));
        }
    }

    @Override
    public void logSoftmax(Tensor input, Tensor output) {
        try (Operation operation = begin()) {
            operation.rows(
                    "logSoftmax",
                    rows(input),
                    Operation.ROW_THREADS,
                    input,
                    output,
                    input.size(-1));
        }
    }

    @Override
    public void logSoftmaxGradient(Tensor output, Tensor dOutput, Tensor dInput) {
        try (Operation operation = begin()) {
            operation.rows(
                    "logSoftmaxGradient",
                    rows(output),
                    Operation.ROW_THREADS,
                    output,
                    dOutput,
                    dInput,
                    output.size(-1));
        }
    }

    @Override
    public double sumOfSquares(Tensor tensor) {
        return readNumbers(List.of(tensor), List.of())[0];
    }

    @Override
    public double[] readNumbers(List<Tensor> squared, List<Tensor> single) {
        try (Operation operation = begin()) {
            return new OptimizerLaunches(operation).numbers(squared, single);
        }
    }

    @Override
    public void fill(List<Tensor> tensors, float value) {
        try (Operation operation = begin()) {
            new OptimizerLaunches(operation).fill(tensors, value);
        }
    }

    @Override
    public void adamW(
            Tensor parameter,
            Tensor gradient,
            float gradientScale,
            Tensor firstMoment,
            Tensor secondMoment,
            AdamWStep step) {
        adamW(
                List.of(new AdamWUpdate(parameter, gradient, firstMoment, secondMoment, step)),
                gradientScale);
    }

    @Override
    public void adamW(List<AdamWUpdate> updates, float gradientScale) {
        try (Operation operation = begin()) {
            new OptimizerLaunches(operation).adamW(updates, gradientScale);
        }
    }

    /// Rows of what may have no columns: none then.
    private static int rows(Tensor tensor) {
        return count(tensor) == 0 ? 0 : tensor.shape().rows();
    }
}
