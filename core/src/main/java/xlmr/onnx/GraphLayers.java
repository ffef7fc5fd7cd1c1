package xlmr.onnx;

import xlmr.autograd.Parameter;
import xlmr.backend.Activation;
import xlmr.nn.LayerNorm;
import xlmr.nn.Linear;
import xlmr.tensor.DType;

/// Layers with weights, and functions that take several nodes. Where shapes are given, `...` is any
/// number of axes.
///
/// @param weights that the layers read
record GraphLayers(OnnxWeights weights) {
    private static final float SQRT_2 = (float) Math.sqrt(2);
    private static final float SQRT_2_OVER_PI = (float) Math.sqrt(2 / Math.PI);

    /// x Wᵀ + b of rows `[..., in]`.
    String linear(GraphScope scope, Linear layer, String rows) {
        String matrix = floats(scope, weights.transposed(layer.weight())); // [in, out]
        return shifted(scope, scope.add("MatMul", rows, matrix), layer); // [..., out]
    }

    /// The same with a matrix that is in the graph for another use: turned when it is computed.
    String sharing(GraphScope scope, Linear layer, String rows) {
        String matrix = weights.matrix(layer.weight()); // [out, in]
        String turned =
                scope.add("Transpose", OnnxAttribute.permutation(1, 0), matrix); // [in, out]
        return shifted(scope, scope.add("MatMul", rows, floats(scope, turned)), layer);
    }

    private String shifted(GraphScope scope, String product, Linear layer) {
        Parameter bias = layer.bias();
        return bias == null ? product : scope.add("Add", product, weights.vector(bias));
    }

    /// Rows of a table `[size, columns]`.
    ///
    /// @param indices which rows; the result has the columns as one axis more
    String lookup(GraphScope scope, Parameter table, String indices) {
        String matrix = weights.matrix(table); // [size, columns]
        String rows = scope.add("Gather", OnnxAttribute.axis(0), matrix, indices);
        return floats(scope, rows); // [..., columns]
    }

    /// LayerNorm over the last axis.
    String layerNorm(GraphScope scope, LayerNorm norm, String rows) {
        return scope.add(
                "LayerNormalization",
                OnnxAttribute.axis(-1),
                new OnnxAttribute.Number("epsilon", norm.epsilon()),
                rows,
                weights.vector(norm.weight()),
                weights.vector(norm.bias())); // [..., columns]
    }

    /// An array of the weights' type as float32.
    String floats(GraphScope scope, String matrix) {
        return weights.matricesAreHalves() ? cast(scope, matrix, DType.F32) : matrix;
    }

    /// The same array in another type.
    String cast(GraphScope scope, String array, DType type) {
        return scope.add(
                "Cast", new OnnxAttribute.Integer("to", OnnxFile.elementType(type)), array);
    }

    /// An activation, element by element.
    String activation(GraphScope scope, Activation activation, String x) {
        return switch (activation) {
            case GELU -> gelu(scope, x);
            case GELU_TANH -> geluTanh(scope, x);
            case RELU -> scope.add("Relu", x);
            case SILU -> scope.add("Mul", x, scope.add("Sigmoid", x));
            case QUICK_GELU ->
                    scope.add(
                            "Mul",
                            x,
                            scope.add("Sigmoid", scope.add("Mul", x, number(scope, 1.702f))));
            case TANH -> scope.add("Tanh", x);
            case SIGMOID -> scope.add("Sigmoid", x);
        };
    }

    /// x · (1 + erf(x / √2)) · 0.5, in the order in which runtimes look for it.
    private static String gelu(GraphScope scope, String x) {
        String erf = scope.add("Erf", scope.add("Div", x, number(scope, SQRT_2)));
        String twice = scope.add("Mul", x, scope.add("Add", erf, number(scope, 1)));
        return scope.add("Mul", twice, number(scope, 0.5f));
    }

    /// x · 0.5 · (1 + tanh(√(2/π) (x + 0.044715 x³))).
    private static String geluTanh(GraphScope scope, String x) {
        String cube = scope.add("Mul", x, scope.add("Mul", x, x));
        String sum = scope.add("Add", x, scope.add("Mul", cube, number(scope, 0.044715f)));
        String tanh = scope.add("Tanh", scope.add("Mul", sum, number(scope, SQRT_2_OVER_PI)));
        String half = scope.add("Mul", x, number(scope, 0.5f));
        return scope.add("Mul", half, scope.add("Add", tanh, number(scope, 1)));
    }

    private static String number(GraphScope scope, float value) {
        return scope.graph().number(value);
    }
}
