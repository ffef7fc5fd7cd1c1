package xlmr.backend.cpu;

import xlmr.backend.Activation;
import xlmr.tensor.Tensor;

/// Element-wise functions and their derivatives, in double precision.
final class ScalarActivations {
    private static final double QUICK_GELU_FACTOR = 1.702;

    /// √(2/π) and the cubic coefficient of the tanh form of GELU (Hendrycks and Gimpel 2016).
    private static final double GELU_SLOPE = Math.sqrt(2 / Math.PI);

    private static final double GELU_CUBIC = 0.044715;

    private ScalarActivations() {}

    static void forward(Activation function, Tensor input, Tensor output) {
        float[] x = Elements.of(input);
        float[] y = Elements.writable(output);
        for (int i = 0; i < Elements.count(input); i++) {
            y[i] = (float) value(function, x[i]);
        }
    }

    static void backward(Activation function, Tensor input, Tensor dOutput, Tensor dInput) {
        float[] x = Elements.of(input);
        float[] dy = Elements.of(dOutput);
        float[] dx = Elements.writable(dInput);
        for (int i = 0; i < Elements.count(input); i++) {
            dx[i] = (float) (dx[i] + dy[i] * derivative(function, x[i]));
        }
    }

    static double value(Activation function, double x) {
        return switch (function) {
            case GELU -> x * ErrorFunction.normalDistribution(x);
            case GELU_TANH -> 0.5 * x * (1 + Math.tanh(geluArgument(x)));
            case RELU -> Math.max(x, 0);
            case SILU -> x * sigmoid(x);
            case QUICK_GELU -> x * sigmoid(QUICK_GELU_FACTOR * x);
            case TANH -> Math.tanh(x);
            case SIGMOID -> sigmoid(x);
        };
    }

    static double derivative(Activation function, double x) {
        return switch (function) {
            case GELU -> ErrorFunction.normalDistribution(x) + x * ErrorFunction.normalDensity(x);
            case GELU_TANH -> {
                double tanh = Math.tanh(geluArgument(x));
                double slope = GELU_SLOPE * (1 + 3 * GELU_CUBIC * x * x);
                yield 0.5 * (1 + tanh) + 0.5 * x * (1 - tanh * tanh) * slope;
            }
            case RELU -> x > 0 ? 1 : 0;
            case SILU -> sigmoid(x) * (1 + x * (1 - sigmoid(x)));
            case QUICK_GELU -> {
                double gate = sigmoid(QUICK_GELU_FACTOR * x);
                yield gate * (1 + QUICK_GELU_FACTOR * x * (1 - gate));
            }
            case TANH -> 1 - Math.tanh(x) * Math.tanh(x);
            case SIGMOID -> sigmoid(x) * (1 - sigmoid(x));
        };
    }

    /// σ(x) = 1 / (1 + e⁻ˣ); the exponential may overflow to infinity, which gives 0.
    static double sigmoid(double x) {
        return 1 / (1 + Math.exp(-x));
    }

    private static double geluArgument(double x) {
        return GELU_SLOPE * (x + GELU_CUBIC * x * x * x);
    }
}
