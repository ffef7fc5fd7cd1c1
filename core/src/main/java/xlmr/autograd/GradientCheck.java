package xlmr.autograd;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import xlmr.backend.Backend;
import xlmr.tensor.Tensor;

/// Compares the gradients of a computation with what happens if its numbers are moved a little: the
/// test to write for every head or operation of one's own.
///
/// ```java
/// GradientCheck.of(backend)
///         .check(head.parameters(), List.of(input), ops -> head.logits(ops, input, starts));
/// ```
///
/// The result is weighted with fixed random numbers and summed in double precision; differences are
/// of fourth order. The computation itself is in float32, so a right gradient still differs in
/// about the fourth digit: [#withTolerance].
public final class GradientCheck {
    private static final float STEP = 1f / 128;

    /// Where the first step went over a kink, as of a maximum, a smaller one does not.
    private static final float SMALL_STEP = 1f / 2048;

    private static final double TOLERANCE = 2e-3;
    private static final int MOST_ELEMENTS = 60;

    private final Backend backend;
    private final double tolerance;

    private GradientCheck(Backend backend, double tolerance) {
        this.backend = backend;
        this.tolerance = tolerance;
    }

    /// A check on a backend; the scalar one rounds least.
    public static GradientCheck of(Backend backend) {
        return new GradientCheck(backend, TOLERANCE);
    }

    /// The same with another limit: 2e-3 otherwise.
    ///
    /// @param value largest difference, as a share of the tensor's largest gradient or of 1,
    ///   whichever is larger
    public GradientCheck withTolerance(double value) {
        return new GradientCheck(backend, value);
    }

    /// Checks the gradients of parameters and inputs; of large ones, a part of the elements.
    ///
    /// @param parameters that `computation` uses, in writable memory
    /// @param inputs that it uses and that are no parameters; also in writable memory
    /// @param computation any number of numbers; run many times, without dropout
    /// @throws AssertionError naming tensor, element, gradient and difference quotient, if they
    ///   differ
    public void check(
            List<Parameter> parameters, List<Tensor> inputs, Function<Ops, Tensor> computation) {
        List<String> differences = differences(parameters, inputs, computation);
        if (!differences.isEmpty()) {
            throw new AssertionError(String.join("\n", differences));
        }
    }

    /// As [#check], with what differs as lines: none if all is right.
    public List<String> differences(
            List<Parameter> parameters, List<Tensor> inputs, Function<Ops, Tensor> computation) {
        Workspace workspace = new Workspace(backend);
        Gradients gradients = new Gradients(backend, parameters, List.of());
        Tape tape = new Tape(backend, workspace, gradients);
        inputs.forEach(tape::watch);
        Tensor output = computation.apply(Ops.recording(backend, workspace, tape));
        float[] weights = weights(output.shape().elements());
        Tensor dOutput = backend.allocate(output.shape()); // [as the output]
        backend.write(weights, dOutput);
        tape.seed(output, dOutput);
        tape.backward();
        List<String> differences = new ArrayList<>();
        for (Parameter parameter : parameters) {
            Tensor gradient = gradients.dense(parameter); // [as the parameter]
            if (gradient != null) {
                compare(parameter.name(), parameter.value(), gradient, weights, computation)
                        .forEach(differences::add);
            }
        }
        for (int i = 0; i < inputs.size(); i++) {
            Tensor gradient = tape.gradient(inputs.get(i)); // [as the input]
            if (gradient != null) {
                compare("input " + i, inputs.get(i), gradient, weights, computation)
                        .forEach(differences::add);
            }
        }
        return differences;
    }

    private List<String> compare(
            String name,
            Tensor tensor,
            Tensor gradient,
            float[] weights,
            Function<Ops, Tensor> computation) {
        float[] values = tensor.toArray();
        float[] found = gradient.toArray();
        double largest = 1;
        for (float element : found) {
            largest = Math.max(largest, Math.abs(element));
        }
        List<String> differences = new ArrayList<>();
        int stride = Math.max(1, values.length / MOST_ELEMENTS);
        for (int i = 0; i < values.length; i += stride) {
            double limit = tolerance * largest;
            double expected = quotient(tensor, values, i, STEP, weights, computation);
            if (!(Math.abs(found[i] - expected) <= limit)) {
                expected = quotient(tensor, values, i, SMALL_STEP, weights, computation);
            }
            if (!(Math.abs(found[i] - expected) <= limit)) {
                differences.add(
                        "%s%s, element %d: the gradient is %s, the difference quotient %s"
                                .formatted(name, tensor.shape(), i, found[i], expected));
            }
        }
        return differences;
    }

    private double quotient(
            Tensor tensor,
            float[] values,
            int element,
            float step,
            float[] weights,
            Function<Ops, Tensor> computation) {
        double[] sums = new double[4];
        int[] steps = {-2, -1, 1, 2};
        for (int i = 0; i < steps.length; i++) {
            float[] moved = values.clone();
            moved[element] += steps[i] * step;
            backend.write(moved, tensor);
            sums[i] = weightedSum(weights, computation);
        }
        backend.write(values, tensor);
        return (sums[0] - 8 * sums[1] + 8 * sums[2] - sums[3]) / (12 * step);
    }

    private double weightedSum(float[] weights, Function<Ops, Tensor> computation) {
        Ops ops = Ops.inference(backend, new Workspace(backend));
        float[] output = computation.apply(ops).toArray();
        double sum = 0;
        for (int i = 0; i < output.length; i++) {
            sum += (double) output[i] * weights[i];
        }
        return sum;
    }

    private static float[] weights(int count) {
        Random random = new Random(1);
        float[] weights = new float[count];
        for (int i = 0; i < count; i++) {
            weights[i] = (float) random.nextGaussian();
        }
        return weights;
    }
}
