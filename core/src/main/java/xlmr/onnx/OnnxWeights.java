package xlmr.onnx;

import java.util.Arrays;
import xlmr.autograd.Parameter;
import xlmr.tensor.DType;

/// The weights of a model as constants of a graph, under the names that the reference gives them.
///
/// @param graph that they are added to
/// @param matrixType F32 or F16, for everything of two axes; biases and LayerNorm are F32
record OnnxWeights(OnnxGraph graph, DType matrixType) {
    /// A bias, or the scale of a LayerNorm.
    String vector(Parameter parameter) {
        return constant(parameter, DType.F32);
    }

    /// A matrix as it is, `[rows, columns]`.
    String matrix(Parameter parameter) {
        return constant(parameter, matrixType);
    }

    /// The matrix `[out, in]` of a linear layer as `[in, out]`.
    String transposed(Parameter parameter) {
        long[] shape = {parameter.shape().size(1), parameter.shape().size(0)};
        return graph.constant(
                new OnnxInitializer(
                        parameter.name() + ".transposed",
                        matrixType,
                        shape,
                        new OnnxElements.Transposed(parameter.value())));
    }

    /// Whether matrices are F16, so that they have to be made F32 before they compute.
    boolean matricesAreHalves() {
        return matrixType == DType.F16;
    }

    private String constant(Parameter parameter, DType type) {
        long[] shape = Arrays.stream(parameter.shape().sizes()).asLongStream().toArray();
        return graph.constant(
                new OnnxInitializer(
                        parameter.name(), type, shape, new OnnxElements.Stored(parameter.value())));
    }
}
