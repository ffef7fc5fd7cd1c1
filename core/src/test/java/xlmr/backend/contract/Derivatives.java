package xlmr.backend.contract;

/// Gradients of statements in double precision by central differences of fourth order.
final class Derivatives {
    /// With this step both the truncation and the rounding error lie near 1e-12, far below float32.
    private static final double STEP = 1e-3;

    private Derivatives() {}

    /// A statement's only output as a function of its inputs.
    interface Forward {
        /// The output; the inputs stay as they are.
        double[] of(double[][] inputs);
    }

    /// gradient[i] += Σ dOutput ∂output/∂inputs[which][i].
    static void add(
            Forward forward, double[][] inputs, int which, double[] dOutput, double[] gradient) {
        double[] x = inputs[which];
        for (int i = 0; i < x.length; i++) {
            double before = x[i];
            double near = -weightedSum(forward, inputs, x, i, before - STEP, dOutput);
            near += weightedSum(forward, inputs, x, i, before + STEP, dOutput);
            double far = -weightedSum(forward, inputs, x, i, before - 2 * STEP, dOutput);
            far += weightedSum(forward, inputs, x, i, before + 2 * STEP, dOutput);
            x[i] = before;
            gradient[i] += (8 * near - far) / (12 * STEP);
        }
    }

    private static double weightedSum(
            Forward forward, double[][] inputs, double[] x, int i, double value, double[] dOutput) {
        x[i] = value;
        double[] output = forward.of(inputs);
        double sum = 0;
        for (int j = 0; j < output.length; j++) {
            sum += output[j] * dOutput[j];
        }
        return sum;
    }
}
